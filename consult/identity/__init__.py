"""How somebody proves that they may take part, and is counted once whatever the channel."""

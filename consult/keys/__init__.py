"""Second keys: what those who act for the town show besides their password."""

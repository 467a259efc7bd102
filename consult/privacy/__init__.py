"""What the town knows of each person, and what each person may ask of it."""

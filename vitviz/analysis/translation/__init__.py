"""What a translator does while it writes: its steps, what it keeps for the next one, and which heads align words."""

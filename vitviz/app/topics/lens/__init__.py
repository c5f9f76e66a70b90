"""Logit lens: class scores read off every token after every block, on one cursor, and one reading with its numbers."""

"""Families: the same words under three masks, what each costs as the row grows, and which can stream."""

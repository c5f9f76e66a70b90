"""Which models there are, and where their weights come from. ``registry`` needs no torch."""

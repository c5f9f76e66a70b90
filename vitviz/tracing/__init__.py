"""What one run of a model left behind, which source lines made it, and how to change it."""

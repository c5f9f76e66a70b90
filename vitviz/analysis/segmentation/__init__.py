"""A class for every pixel against the truth: losses, and the overlap of answer and truth."""

"""What a model does without one of its parts, or without a part of the picture."""

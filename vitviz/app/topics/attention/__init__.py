"""Attention: the explorer of every head of every layer, for any token of the picture."""

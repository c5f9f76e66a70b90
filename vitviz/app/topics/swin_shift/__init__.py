"""Swin, the shift: why windows move and what the mask is for, on the person's own picture, step by step."""

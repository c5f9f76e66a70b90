"""Checkpoint files of strangers: what is in them is known from their headers before any of it is read."""

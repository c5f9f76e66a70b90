"""MLP units: one token through one MLP, and how many units are silent in every block."""

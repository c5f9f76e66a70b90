"""MLP and residual stream: one token through one MLP, what every block adds, and what the additions give a class."""

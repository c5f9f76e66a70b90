"""Class maps of the chosen picture, and what its own curves say about each of them."""

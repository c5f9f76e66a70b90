"""Tokens and position: the sequence, where its tokens stand, how alike positions are, and what happens without them."""

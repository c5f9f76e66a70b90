"""Likeness: how alike the tokens of one picture or two are through depth, and two models on one picture."""

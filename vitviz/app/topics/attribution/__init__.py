"""Logit attribution: a class score as the sum of what every part of the model gives to it."""

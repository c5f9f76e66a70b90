"""Patches and convolution: the patch embedding three ways, and everything that an index does on the way."""

"""Patches: one patch from its pixels to its token, one output number opened up, and two ways to compute them all."""

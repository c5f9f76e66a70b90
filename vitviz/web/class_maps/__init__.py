"""Class maps as small multiples, as a browser part of any host."""

"""The shift lab of a Swin, as a browser part of any host."""

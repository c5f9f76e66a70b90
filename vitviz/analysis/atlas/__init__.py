"""An atlas: what every head, MLP unit and block of a model does over a folder of pictures; see docs/atlas.md."""

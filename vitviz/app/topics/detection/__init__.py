"""Detection: a DETR finds the things of a picture-book page with twelve object queries."""

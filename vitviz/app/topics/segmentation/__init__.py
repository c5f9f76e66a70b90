"""Segmentation: a Swin-Unet paints the class of every pixel of a picture-book page; its skips can be cut."""

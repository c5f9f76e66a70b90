"""Swin, who may look at whom: windows and masks, receptive fields, the scores taken apart, and a ViT beside it."""

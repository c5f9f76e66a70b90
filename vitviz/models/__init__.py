"""The Vision Transformer and the Swin Transformer in plain torch, in the order of the papers.

``config`` needs no torch, so that a page can describe a model before torch is imported.
"""

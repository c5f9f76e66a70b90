"""Memory layout: the pixels of a picture in memory, channels first and channels last."""

"""Colours of the nine regions that the cyclic shift makes (Swin, arXiv 2103.14030, figure 4)."""

# Nine hues of about one lightness. Colour is not the only carrier: every region also bears its number.
HUES = (
    "#e6613c", "#3c96e6", "#5ab446", "#c85ac8", "#e1b428", "#3cbeb4", "#966ee6", "#eb6e96", "#8c8c8c",
)  # fmt: skip

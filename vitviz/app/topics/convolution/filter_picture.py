"""A filter that reads RGB pixels as an RGB picture: grey is 0, as in the browser part of all filters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def filter_picture(weight: NDArray[np.floating], high: float) -> Image.Image:
    """(3, P, P) -> P x P pixels; a weight of ``high`` is a full channel, one of ``-high`` an empty one."""
    levels = 127.5 * (1 + (weight / high).clip(-1, 1))
    return Image.fromarray(levels.round().astype(np.uint8).transpose(1, 2, 0))  # (P, P, 3)

"""The size at which a picture keeps its shape and a model still gets whole patches."""

from __future__ import annotations

import math


def native_size(picture: tuple[int, int], side: int, step: int) -> tuple[int, int]:
    """Give (height, width) shaped as ``picture`` (width, height), about as many pixels as a square of ``side``.

    Both are multiples of ``step``, so the shape is kept up to half a step a side; a picture that is too long and narrow
    for that is one step wide.

    Raises:
        ValueError: if a number is not positive.
    """
    width, height = picture
    if min(width, height, side, step) < 1:
        raise ValueError(f"no size for a picture of {width} x {height}, side {side}, step {step}")
    longest = max(step, side * side // step // step * step)
    shape = math.sqrt(height / width)
    down, across = (min(longest, max(1, round(goal / step)) * step) for goal in (side * shape, side / shape))
    return down, across

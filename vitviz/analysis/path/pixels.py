"""From a file's pixels to the numbers that a model reads."""

from __future__ import annotations

from typing import NamedTuple

from vitviz.images import Preprocessing, crop_box


class Seen(NamedTuple):
    """How much of a picture a model is given.

    ``cut_off`` is the share of the picture's area that lies outside the frame; ``pixels`` of the file and those that
    are ``left`` after resizing.
    """

    cut_off: float
    pixels: int
    left: int


def seen(size: tuple[int, int], spec: Preprocessing) -> Seen:
    """For a picture of ``size`` (width, height)."""
    width, height = size
    left, top, right, bottom = crop_box(size, spec)
    inside = max(0.0, min(right, width) - max(left, 0.0)) * max(0.0, min(bottom, height) - max(top, 0.0))
    rows, columns = spec.height_width
    return Seen(1 - inside / (width * height), width * height, rows * columns)

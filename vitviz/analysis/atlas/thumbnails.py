"""Small pictures of what excites heads and units most, as the model sees them; as many as fit into some bytes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from vitviz.analysis.atlas.partial import Partial
from vitviz.images import ImageError, Preprocessing, open_image, preprocess

SIDE = 112  # pixels of the longer side
QUALITY = 70
BUDGET = 384 << 10  # bytes of all thumbnails together, where nothing else is asked for


def thumbnails(
    partial: Partial, folder: Path, names: tuple[str, ...], spec: Preprocessing, budget: int = BUDGET
) -> dict[int, bytes]:
    """JPEGs by the number of the picture: those that stand in most heads' lists first, then in most units'."""
    found: dict[int, bytes] = {}
    left = budget
    for number in in_most_lists(partial, len(names)):
        try:
            jpeg = thumbnail(folder / names[number], spec)
        except ImageError:  # it was there when it ran, and is not any more
            continue
        if len(jpeg) > left:
            break
        found[number] = jpeg
        left -= len(jpeg)
    return found


def in_most_lists(partial: Partial, count: int) -> list[int]:
    """The pictures that excite any head or unit most, by how many heads' and then units' lists they stand in."""
    heads, units = (
        np.bincount(top.picture[top.picture >= 0].ravel(), minlength=count)
        for top in (partial.heads, partial.units)
    )
    order = np.lexsort((np.arange(count), -units, -heads))
    return [int(number) for number in order if heads[number] + units[number]]


def thumbnail(path: Path, spec: Preprocessing) -> bytes:
    """What the model sees of a picture, at most ``SIDE`` pixels wide and high.

    Raises:
        ImageError: if it does not open.
    """
    seen, _ = preprocess(open_image(path).image, spec)
    scale = SIDE / max(seen.size)
    size = (max(1, round(seen.width * scale)), max(1, round(seen.height * scale)))
    buffer = io.BytesIO()
    seen.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(
        buffer, "JPEG", quality=QUALITY, optimize=True
    )
    return buffer.getvalue()

"""Windows drawn on the picture itself: their borders, the cyclic shift, and the regions that may not meet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

PADDING = (128, 128, 128)
# Nine hues of about one lightness. Colour is not the only carrier: every region also bears its number.
HUES = np.array(
    [
        (230, 97, 60), (60, 150, 230), (90, 180, 70), (200, 90, 200), (225, 180, 40),
        (60, 190, 180), (150, 110, 230), (235, 110, 150), (140, 140, 140),
    ],
    dtype=np.uint8,
)  # fmt: skip


def padded_picture(picture: Image.Image, rows: int, columns: int, cell: float) -> Image.Image:
    """``picture`` with grey below and to the right, so that ``rows`` x ``columns`` cells of ``cell`` pixels fit."""
    canvas = Image.new("RGB", (round(columns * cell), round(rows * cell)), PADDING)
    canvas.paste(picture, (0, 0))
    return canvas


def rolled_picture(picture: Image.Image, shift: int, cell: float) -> Image.Image:
    """The picture after the cyclic shift: up and left by ``shift`` cells, what falls off comes in again."""
    step = round(shift * cell)
    return Image.fromarray(np.roll(np.asarray(picture), (-step, -step), axis=(0, 1)))


def bordered(picture: Image.Image, rows: Iterable[int], columns: Iterable[int], cell: float) -> Image.Image:
    """White lines before the given rows and columns of cells."""
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    for row in rows:
        draw.line([(0, row * cell), (result.width, row * cell)], fill="white", width=2)
    for column in columns:
        draw.line([(column * cell, 0), (column * cell, result.height)], fill="white", width=2)
    return result


def tinted(picture: Image.Image, regions: NDArray[np.int64], strength: float = 0.5) -> Image.Image:
    """Tint every region of the map ``regions`` (rows, columns) and write its number on it; -1 stays as it is."""
    shape = regions.shape
    hues = Image.fromarray(HUES[regions.clip(0) % len(HUES)]).resize(picture.size, Image.Resampling.NEAREST)
    alpha = Image.fromarray(((regions >= 0) * round(255 * strength)).astype(np.uint8))
    result = Image.composite(hues, picture, alpha.resize(picture.size, Image.Resampling.NEAREST))
    draw = ImageDraw.Draw(result)
    cell = np.array([picture.height / shape[0], picture.width / shape[1]])
    for region in np.unique(regions[regions >= 0]):
        row, column = (np.argwhere(regions == region).mean(axis=0) + 0.5) * cell
        draw.text((column, row), str(region), fill="white", anchor="mm", stroke_width=2, stroke_fill="black")
    return result

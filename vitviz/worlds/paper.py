"""From a canvas of shape numbers to pixels: colours, shadows, ink lines, and the grain of the paper."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vitviz.worlds.colours import Colour
from vitviz.worlds.dice import grain
from vitviz.worlds.raster import Canvas

FINER = 3  # cells to a pixel, along each side
INK, SHADOW = 150, 205  # of 256: how much light is left
GRAIN = 10  # of 256: how much of the noise
CHANNELS = np.array([0, 16, 32], np.uint64)  # where a colour's channels stand in one word


@dataclass(frozen=True)
class Palette:
    """What the numbers on a canvas mean, one entry for each: number 0 is the sky."""

    colours: list[Colour] = field(default_factory=lambda: [(0, 0, 0)])
    owners: list[int] = field(default_factory=lambda: [0])
    inked: list[bool] = field(default_factory=lambda: [False])

    def add(self, colour: Colour, inked: bool = False, owner: int = 0) -> int:
        """Enter a shape of the thing number ``owner``, or of the background; its number is returned."""
        self.colours.append(colour)
        self.owners.append(owner)
        self.inked.append(inked)
        return len(self.colours) - 1


@dataclass(frozen=True, eq=False)
class Drawn:
    """A canvas and what is known of each of its cells; the sky goes from ``top`` to ``bottom``."""

    canvas: Canvas
    owners: NDArray[np.uint8]
    shadowed: NDArray[np.bool_]
    palette: Palette
    top: Colour
    bottom: Colour


def developed(drawn: Drawn, size: int, seed: int) -> NDArray[np.uint8]:
    """The picture (size, size, 3): the mean of the cells of each pixel, with noise that ``seed`` decides."""
    cells = len(drawn.canvas)
    row = np.arange(cells, dtype=np.int64)[:, None]
    top, bottom = np.array(drawn.top, np.int64), np.array(drawn.bottom, np.int64)
    sky = top + (bottom - top) * row // cells  # (cells, 3)
    colours = np.concatenate([np.array(drawn.palette.colours, np.int64), sky])  # (K, 3)
    dimmed = colours * SHADOW >> 8
    every = np.stack([colours, dimmed, colours * INK >> 8, dimmed * INK >> 8], 1)  # (K, 4, 3)
    # A word holds the three channels with room for the sum of the cells of a pixel: one table, one look-up a cell.
    table = (every.astype(np.uint64) << CHANNELS).sum(axis=2, dtype=np.uint64).ravel()  # (4 K,)
    entry = np.where(drawn.canvas == 0, row + len(drawn.palette.colours), drawn.canvas)  # (cells, cells)
    light = table[entry * 4 + drawn.shadowed + 2 * ink(drawn, max(1, size // 96))]
    rows = light[0::FINER] + light[1::FINER] + light[2::FINER]  # (size, cells)
    total = rows[:, 0::FINER] + rows[:, 1::FINER] + rows[:, 2::FINER]  # (size, size)
    mean = ((total[..., None] >> CHANNELS) & np.uint64(0xFFFF)).astype(
        np.int32
    ) // FINER**2  # (size, size, 3)
    mean += (grain(size, seed) * GRAIN >> 8)[..., None]
    return mean.clip(0, 255).astype(np.uint8)


def ink(drawn: Drawn, width: int) -> NDArray[np.bool_]:
    """Cells of a dark line ``width`` wide where a thing ends, and where the front one of two shapes is inked."""
    edge = np.zeros(drawn.canvas.shape, bool)
    inked = np.array(drawn.palette.inked)
    for before, after in (np.s_[:, :-width], np.s_[:, width:]), (np.s_[:-width], np.s_[width:]):
        one, other = drawn.canvas[before], drawn.canvas[after]
        ends = drawn.owners[before] != drawn.owners[after]
        edge[before] |= (one != other) & (ends | inked[np.maximum(one, other)])
    return edge

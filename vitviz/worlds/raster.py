"""Filling shapes with whole numbers only, so that every machine draws the same pixels.

Coordinates are fixed point: ``UNIT`` steps to one cell of the canvas. A cell belongs to a shape if its middle does.
A row of cells is filled from the first to the last edge that it meets, which is exact for convex polygons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int64]  # (V, 2): x, y
Canvas = NDArray[np.uint16]  # (rows, columns)

UNIT = 16
HALF = UNIT // 2
FAR = 1 << 40


@dataclass(frozen=True, eq=False)
class Spans:
    """Which cells many convex polygons cover: of polygon s the rows from ``top[s]`` on, one span of columns in each.

    The spans of all polygons are one behind another in ``first`` and ``last`` (the first column right of it), those of
    polygon s from ``start[s]`` to ``start[s + 1]``.
    """

    top: NDArray[np.int64]
    start: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def fill(self, canvas: Canvas, polygon: int, value: int) -> None:
        """Write ``value`` into every cell of ``canvas`` that one of the polygons covers."""
        begin, end = int(self.start[polygon]), int(self.start[polygon + 1])
        if begin == end:
            return
        first, last = self.first[begin:end], self.last[begin:end]  # (R,)
        left, right, top = int(first.min()), int(last.max()), int(self.top[polygon])
        columns = np.arange(left, right, dtype=np.int64)  # (C,)
        inside = (columns >= first[:, None]) & (columns < last[:, None])  # (R, C)
        np.copyto(canvas[top : top + end - begin, left:right], np.uint16(value), where=inside)


def cell_from(places: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    """The first cell whose middle is not before a place, 0 to ``cells``."""
    return (-((HALF - places) // UNIT)).clip(0, cells)


def spans(polygons: Sequence[Points], cells: int) -> Spans:
    """What convex polygons, each (V, 2), cover of a canvas with ``cells`` a side. All of them at once: that is fast."""
    counts = np.array([len(points) for points in polygons], np.int64)  # (S,)
    if not len(counts):
        nothing = np.zeros(0, np.int64)
        return Spans(nothing, np.zeros(1, np.int64), nothing, nothing)
    begins = np.cumsum(counts) - counts  # (S,)
    here = np.concatenate(polygons)  # (P, 2)
    following = np.arange(1, len(here) + 1)
    following[begins + counts - 1] = begins
    there = here[following]  # (P, 2), the other end of the edge that begins at each point
    swap = (here[:, 1] > there[:, 1])[:, None]
    upper = np.where(swap, there, here)  # (P, 2)
    across, down = (np.where(swap, here, there) - upper).T  # (P,) each
    row, below = cell_from(upper[:, 1], cells), cell_from(upper[:, 1] + down, cells)  # (P,)
    top, bottom = np.minimum.reduceat(row, begins), np.maximum.reduceat(below, begins)  # (S,)
    start = np.concatenate([[0], np.cumsum(bottom - top)])  # (S + 1,)
    length = below - row  # (P,), rows that an edge crosses
    edge = np.repeat(np.arange(len(here)), length)  # (X,), one entry for each crossing of an edge and a row
    crossed = np.arange(len(edge)) - np.repeat(np.cumsum(length) - length, length) + row[edge]  # (X,)
    x = upper[edge, 0] + (crossed * UNIT + HALF - upper[edge, 1]) * across[edge] // down[edge]  # (X,)
    slot = np.repeat(start[:-1] - top, counts)[edge] + crossed  # (X,)
    left, right = np.full(start[-1], FAR), np.full(start[-1], -FAR)
    np.minimum.at(left, slot, x)
    np.maximum.at(right, slot, x)
    return Spans(top, start, cell_from(left, cells), cell_from(right, cells))


def fill_below(canvas: Canvas, heights: NDArray[np.int64], value: int) -> None:
    """Write ``value`` into every cell below a line: ``heights`` (columns,) is its y over the middle of each column."""
    rows = np.arange(len(canvas), dtype=np.int64)
    np.copyto(canvas, np.uint16(value), where=rows[:, None] >= cell_from(heights, len(canvas)))


def smooth_line(knots: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    """A line of soft hills through ``knots`` (K,), evenly spread over the width: its y for each column, (cells,)."""
    place = (
        (2 * np.arange(cells, dtype=np.int64) + 1) * (len(knots) - 1) * 128 // cells
    )  # 256 steps to a knot
    left, along = place >> 8, place & 255
    weight = along * along * (768 - 2 * along) >> 16  # 0 to 256, flat at both ends
    return knots[left] + ((knots[left + 1] - knots[left]) * weight >> 8)

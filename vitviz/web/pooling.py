"""Bring an array that is too large to draw down to a size that is not, and say by how much."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def pool_to(values: NDArray[np.floating], most: int) -> tuple[NDArray[np.floating], tuple[int, int]]:
    """Average blocks of cells of (tiles, rows, columns) until one tile has at most ``most`` cells.

    Blocks at the end of a side may be smaller; each cell is the mean of what it covers.

    Returns:
        The pooled array and the block's (rows, columns); the very array and (1, 1) where it is small enough.
    """
    _, rows, columns = values.shape
    if rows * columns <= most:
        return values, (1, 1)
    factor = math.sqrt(rows * columns / most)
    # A short side is kept whole: eight heads stay eight heads.
    down = min(rows, math.ceil(factor)) if rows > 64 else 1
    across = math.ceil(rows / down * columns / most) if columns > 64 else 1
    row_starts, column_starts = np.arange(0, rows, down), np.arange(0, columns, across)
    sums = np.add.reduceat(
        np.add.reduceat(values, row_starts, axis=1, dtype=np.float64), column_starts, axis=2
    )
    heights = np.diff(np.append(row_starts, rows))
    widths = np.diff(np.append(column_starts, columns))
    return (sums / (heights[:, None] * widths)).astype(values.dtype), (down, across)

"""Which patches a patch may look at in one block of a Swin, and which ones its window holds but the mask cuts off.

The index arrays are those of ``vitviz.models.windows`` (Swin, arXiv 2103.14030, section 3.2); nothing is drawn by hand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.swin_shift.geometry import Indices, ShiftGeometry
from vitviz.models.windows import WindowGrid

REGIONS = 9  # region numbers are 0 to 8


class Keys(NamedTuple):
    """The keys of one query on its map, and how many more are padding.

    ``legal`` and ``cut`` are (h, w), True where the query may look and where the mask keeps it from looking. Padding
    is a key like any other: ``legal_padding`` and ``cut_padding`` count what of the window is no patch at all.
    """

    legal: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    legal_padding: int
    cut_padding: int


def groups(grid: WindowGrid) -> Indices:
    """A number for every patch, (h, w): two patches may look at one another if and only if theirs are equal."""
    geometry = ShiftGeometry(grid)
    window = np.arange(grid.num_windows)[:, None]  # (W, 1)
    numbers = window * REGIONS + geometry.regions  # (W, M*M)
    real = geometry.tokens >= 0
    result = np.empty(grid.height * grid.width, dtype=np.int64)
    result[geometry.tokens[real]] = numbers[real]
    return result.reshape(grid.height, grid.width)  # (h, w)


def keys_of(grid: WindowGrid, query: int) -> Keys:
    """The keys of patch ``query`` (raster index into the h x w map)."""
    geometry = ShiftGeometry(grid)
    window, place = (int(at[0]) for at in np.nonzero(geometry.tokens == query))
    tokens = geometry.tokens[window]  # (M*M,)
    same = geometry.regions[window] == geometry.regions[window, place]  # (M*M,)
    real = tokens >= 0
    legal = np.zeros(grid.height * grid.width, dtype=bool)
    cut = legal.copy()
    legal[tokens[real & same]] = True
    cut[tokens[real & ~same]] = True
    shape = (grid.height, grid.width)
    return Keys(
        legal.reshape(shape), cut.reshape(shape), int((same & ~real).sum()), int((~same & ~real).sum())
    )

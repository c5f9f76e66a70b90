"""What attention costs over a whole map and in windows, as the Swin paper counts it and as loops count it.

Ω(MSA) = 4hwC² + 2(hw)²C and Ω(W-MSA) = 4hwC² + 2M²hwC (arXiv 2103.14030, eq. 1 and 2), in multiply-adds: the four
projections q, k, v and output, then q k^T and A v. The paper leaves the softmax out, and so does this.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Cost(NamedTuple):
    """Multiply-adds of one attention: ``linear`` for the four projections, ``pairs`` for q k^T and A v."""

    linear: int
    pairs: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.linear + self.pairs


def global_cost(height: int, width: int, dim: int) -> Cost:
    """Ω(MSA), eq. 1: every patch of the h x w map looks at every other one."""
    tokens = height * width
    return Cost(4 * tokens * dim**2, 2 * tokens**2 * dim)


def window_cost(height: int, width: int, dim: int, window: int) -> Cost:
    """Ω(W-MSA), eq. 2: every patch looks at the M*M patches of its window. Counts no padding."""
    tokens = height * width
    return Cost(4 * tokens * dim**2, 2 * window**2 * tokens * dim)


def padded_cost(height: int, width: int, dim: int, window: int) -> Cost:
    """Ω(W-MSA) of the map after padding to whole windows, which is what runs; without any, ``window_cost``."""
    whole = [-(-side // window) * window for side in (height, width)]
    return window_cost(whole[0], whole[1], dim, window)


def pairs_by_loops(height: int, width: int, window: int) -> NDArray[np.bool_]:
    """Who looks at whom on an h x w map in windows of M x M, pair by pair: (h*w, h*w), True where a pair meets.

    For the classroom: two loops over all patches and one question, are both in the same window?
    """
    patches = [(row, column) for row in range(height) for column in range(width)]
    meets = np.zeros((len(patches), len(patches)), dtype=bool)
    for i, (row, column) in enumerate(patches):
        for j, (other_row, other_column) in enumerate(patches):
            same_row_of_windows = row // window == other_row // window
            same_column_of_windows = column // window == other_column // window
            meets[i, j] = same_row_of_windows and same_column_of_windows
    return meets

"""Where a Swin's mask does most: the first shifted block, and the patch that it keeps from most of its window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.places import carry
from vitviz.analysis.swin_reach.legal_keys import REGIONS, groups
from vitviz.models.windows import WindowGrid
from vitviz.tracing.trace import Trace


class Masked(NamedTuple):
    """A block by its number, and a patch of the run's first, finest map."""

    block: int
    patch: int


def most_masked(trace: Trace) -> Masked | None:
    """The first block with a mask, and the first of the patches that it cuts off most; None where no block has one."""
    finest = trace.swin_blocks[0].map_size
    for number, block in enumerate(trace.swin_blocks):
        cut = cut_keys(block.grid)
        if cut.any():
            return Masked(number, carry(int(cut.argmax()), 0, block.map_size, finest))
    return None


def cut_keys(grid: WindowGrid) -> NDArray[np.int64]:
    """How many patches of its window the mask cuts each patch off from, (h, w)."""
    group = groups(grid)
    window = group // REGIONS
    in_window, in_group = (np.bincount(of.ravel())[of] for of in (window, group))
    return in_window - in_group

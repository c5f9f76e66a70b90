"""One token of a Swin in a block and in the shifted one after it: who shares its window, who may meet, weights.

Swin, arXiv 2103.14030, section 3.2 and figure 4; the index arrays are those that ran (``vitviz.models.windows``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.swin_reach.legal_keys import Keys, keys_of
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace


@dataclass(frozen=True)
class WindowFrames:
    """``regular`` and ``shifted`` are the keys of the token in the two blocks, maps (h, w).

    ``weights`` (h, w) are what one head of the shifted block gives to each patch, NaN outside the token's window;
    ``largest_cut`` is the largest weight among those that the mask cuts off (0 where it cuts none).
    """

    regular: Keys
    shifted: Keys
    weights: NDArray[np.float32]
    largest_cut: float


def pair_of_blocks(trace: Trace) -> tuple[SwinBlockTrace, SwinBlockTrace] | None:
    """The last two neighbouring blocks of which the second is shifted, with the fewest windows; None where none is."""
    blocks = trace.swin_blocks
    pairs = [(one, two) for one, two in pairwise(blocks) if two.grid.shift]
    few = min((two.grid.num_windows for _, two in pairs if two.grid.num_windows >= 9), default=None)
    few = few or max((two.grid.num_windows for _, two in pairs), default=None)
    return next((pair for pair in pairs if pair[1].grid.num_windows == few), None)


def window_frames(regular: SwinBlockTrace, shifted: SwinBlockTrace, head: int, token: int) -> WindowFrames:
    """For token ``token`` (raster index) of the map that both blocks have."""
    grid = shifted.grid
    window, _ = shifted.place(token)
    places = to_numpy(shifted.tokens[window])  # (M*M,)
    real = places >= 0
    weights = np.full(grid.height * grid.width, np.nan, np.float32)
    weights[places[real]] = to_numpy(shifted.pattern(head, token))[real]
    keys = keys_of(grid, token)
    cut = weights[keys.cut.ravel()]
    return WindowFrames(
        keys_of(regular.grid, token), keys, weights.reshape(grid.height, grid.width),
        float(cut.max()) if cut.size else 0.0,
    )  # fmt: skip


def first_cut_token(shifted: SwinBlockTrace, near: int) -> int:
    """The token nearest to ``near`` (raster index) whose window the mask of a block divides; ``near`` if none is."""
    grid = shifted.grid
    place = np.array(divmod(near, grid.width))
    windows, tokens = to_numpy(shifted.tokens), np.arange(grid.height * grid.width)
    mask = shifted.mask
    if mask is None:
        return near
    divided = to_numpy(mask).any(axis=(1, 2))  # (W,)
    candidates = windows[divided]
    candidates = candidates[candidates >= 0]
    if not candidates.size:
        return near
    away = np.abs(np.stack(np.divmod(candidates, grid.width), axis=1) - place).sum(axis=1)
    return int(tokens[candidates[away.argmin()]])

"""The cells of a picture that are removed one after another, and the order in which a map says they matter.

All maps of one picture are tested on the same cells: the patches of a ViT; of a Swin the places of its finest map that
has at most ``MOST_CELLS``. A finer map is averaged over each cell, a coarser one says the same of several cells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from vitviz.models.vit import VisionTransformer
from vitviz.tracing.trace import Trace

MOST_CELLS = 256  # of a model without patches that can be dropped
SEED = 17


def cell_grid(trace: Trace) -> tuple[int, int]:
    """Rows and columns of the cells; they divide the picture."""
    if isinstance(trace.structure, VisionTransformer):
        return trace.patch_grid
    height, width = trace.kept["image"].shape[-2:]
    side = trace.config.patch_size
    while (height // side) * (width // side) > MOST_CELLS and not (height % (2 * side) or width % (2 * side)):
        side *= 2
    if height % side or width % side:
        return _divisor(height), _divisor(width)
    return height // side, width // side


def _divisor(length: int, most: int = 16) -> int:
    return next(parts for parts in range(min(most, length), 0, -1) if length % parts == 0)


def on_cells(values: NDArray[np.floating], grid: tuple[int, int]) -> NDArray[np.float64]:
    """A map (h, w) on the cells of ``grid``: means where it is finer, repeated where it is coarser."""
    given = torch.from_numpy(np.array(values, np.float64)).unsqueeze(0).unsqueeze(0)  # (1, 1, h, w)
    coarser = given.shape[-2] < grid[0] or given.shape[-1] < grid[1]
    found = (
        F.interpolate(given, grid, mode="nearest-exact") if coarser else F.adaptive_avg_pool2d(given, grid)
    )
    result: NDArray[np.float64] = found[0, 0].numpy()
    return result


def order_of(values: NDArray[np.floating], seed: int = SEED) -> NDArray[np.int64]:
    """Cells (N,) from the largest value of a map (h, w) to the smallest, counted row by row.

    Cells of one value are in random order, or what a map does not say would depend on where a cell lies: the order of
    a flat map is a random one.
    """
    flat = np.asarray(values, np.float64).reshape(-1)  # (N,)
    ties = np.random.default_rng(seed).random(flat.size)
    return np.lexsort((ties, -flat)).astype(np.int64)


def random_orders(cells: int, pairs: int = 10, seed: int = SEED) -> NDArray[np.int64]:
    """Random orders (pairs, cells). With each of them its reverse is used too: see ``curves``."""
    generator = np.random.default_rng([seed, cells])
    return np.stack([generator.permutation(cells) for _ in range(pairs)]).astype(np.int64)


def step_counts(cells: int, shares: Sequence[float]) -> tuple[int, ...]:
    """How many cells are removed after each step: from 0 to all, the same read from behind.

    ``shares`` of all cells, up to a half, say where steps of the first half end. A good map's curve bends where it
    begins and where it ends, so there steps are better small.
    """
    first = {0, cells // 2, *(round(share * cells) for share in shares)}
    return tuple(sorted(first | {cells - count for count in first}))

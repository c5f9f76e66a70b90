"""Position embeddings of another grid as weighted sums of the learned ones (ViT, arXiv 2010.11929, section 3.2).

Written out in numpy, so that every weight can be shown; ``models.positions.resize_positions`` is what a model runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vitviz.models.vit import VisionTransformer

NEGLIGIBLE = 1e-12  # a weight that is only rounding
Mode = Literal["bicubic", "bilinear"]
REACH = {
    "bilinear": 1,
    "bicubic": 2,
}  # positions to each side that a kernel reaches, where it is not stretched
# Keys, 1981, has one free number. torch takes -0.75 by default and, with antialias, -0.5 as Pillow does.
KEYS, KEYS_ANTIALIAS = -0.75, -0.5


def interpolation_weights(old: int, new: int, mode: Mode, antialias: bool) -> NDArray[np.float64]:
    """How much each of ``old`` positions along one side counts in each of ``new``: (new, old), every row sums to 1.

    Position i of n covers [i/n, (i+1)/n] of the side and stands in its middle (``align_corners=False``). With
    ``antialias`` a kernel that shrinks is stretched over all old positions that the new one covers; what it would
    take from beyond the edge is left out and the rest scaled to 1. Without, the edge position stands in for it.
    """
    scale = old / new
    at = (np.arange(new) + 0.5) * scale - 0.5  # (new,) in old positions
    stretch = max(scale, 1.0) if antialias else 1.0
    reach = int(np.ceil(REACH[mode] * stretch)) + 1
    near = np.floor(at)[:, None] + np.arange(-reach, reach + 1)  # (new, taps)
    weight = _kernel((near - at[:, None]) / stretch, mode, antialias)  # (new, taps)
    inside = (near >= 0) & (near <= old - 1)  # (new, taps)
    if antialias:
        weight = np.where(inside, weight, 0)
        weight = weight / weight.sum(axis=1, keepdims=True)
    result = np.zeros((new, old))
    np.add.at(result, (np.arange(new)[:, None], near.clip(0, old - 1).astype(int)), weight)
    return result  # (new, old)


def interpolate(
    table: NDArray[np.floating], old: tuple[int, int], new: tuple[int, int], mode: Mode, antialias: bool
) -> NDArray[np.float64]:
    """Patch positions (h*w, D) of the grid ``old`` brought to the grid ``new``: rows, then columns; (h'*w', D).

    Equal to ``torch.nn.functional.interpolate`` up to rounding; computed in float64.
    """
    if old == new:
        return table.astype(np.float64)
    down, across = (interpolation_weights(o, n, mode, antialias) for o, n in zip(old, new, strict=True))
    grid = table.astype(np.float64).reshape(*old, -1)  # (h, w, D)
    resized = np.einsum("rh,cw,hwd->rcd", down, across, grid, optimize=True)  # (h', w', D)
    return resized.reshape(new[0] * new[1], -1)  # (h'*w', D)


@dataclass(frozen=True, eq=False)
class Contributions:
    """Which old positions along one side make one new one: their numbers, their weights, and where it stands.

    ``place`` is the new position's middle in old positions from the first; ``total`` the sum of all weights.
    """

    indices: NDArray[np.int64]
    weights: NDArray[np.float64]
    place: float
    total: float


def contributions(old: int, new: int, at: int, mode: Mode, antialias: bool) -> Contributions:
    """What new position ``at`` of ``new`` along one side is made of, old positions without weight left out."""
    weights = interpolation_weights(old, new, mode, antialias)[at]  # (old,)
    indices: NDArray[np.int64] = np.flatnonzero(np.abs(weights) > NEGLIGIBLE)
    return Contributions(indices, weights[indices], (at + 0.5) * old / new - 0.5, float(weights.sum()))


def gap_to_torch(
    network: VisionTransformer,
    resized: NDArray[np.floating],
    new: tuple[int, int],
    mode: Mode,
    antialias: bool,
) -> float:
    """Largest |difference| of the sums written out here from ``resized`` (N, D), what torch interpolated in float32.

    Raises:
        ValueError: the model did not learn its positions.
    """
    config = network.config
    if network.pos_embed is None:
        raise ValueError(f"positions of kind {config.position!r} are not interpolated")
    table = network.pos_embed[0, config.num_position_prefix :].detach().cpu().float().numpy()  # (h*w, D)
    written_out = interpolate(table, config.grid, new, mode, antialias)  # (h'*w', D)
    return float(np.abs(written_out - resized[config.num_prefix :]).max())


def _kernel(distance: NDArray[np.float64], mode: Mode, antialias: bool) -> NDArray[np.float64]:
    """The weight at a distance in (stretched) positions: a tent, or Keys' cubic."""
    x = np.abs(distance)
    if mode == "bilinear":
        return np.clip(1 - x, 0, None)
    a = KEYS_ANTIALIAS if antialias else KEYS
    close = ((a + 2) * x - (a + 3)) * x**2 + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, close, np.where(x < 2, far, 0.0))

"""Rotary positions in 2D: queries and keys are turned by angles that depend on where their patch sits.

The product of a turned query and a turned key depends on the offset of their patches and not on the place of either
(RoFormer, arXiv 2104.09864, eq. 13; for pictures arXiv 2403.13298, section 3). Prefix tokens have no place: they are
not turned. Letters: n patches, H heads, d channels of a head.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vitviz.models.config import Rotary


def places(rotary: Rotary, grid: tuple[int, int]) -> Tensor:
    """Where every patch sits on the two axes, row and column, or column and row with ``columns_first``: (2, n)."""
    sides = []
    for axis, count in enumerate(grid):
        place = torch.arange(count, dtype=torch.float32) + rotary.offset  # (h,) or (w,)
        if rotary.kind == "centred":  # the middle of a patch, from -1 at one border to 1 at the other
            place = 2 * ((place + 0.5) / count) - 1
        if rotary.reference_grid is not None:
            place = place / count * rotary.reference_grid[axis]
        sides.append(place)
    rows, columns = torch.meshgrid(*sides, indexing="ij")  # each (h, w)
    order = (columns, rows) if rotary.columns_first else (rows, columns)
    return torch.stack([one.flatten() for one in order])  # (2, n)


def rotary_angles(
    rotary: Rotary, grid: tuple[int, int], head_dim: int, frequencies: Tensor | None = None
) -> Tensor:
    """The angle of every pair of channels for every patch.

    Args:
        rotary: which kind.
        grid: rows and columns of patches.
        head_dim: d.
        frequencies: the learned ones of kind "mixed", (2, H, d/2).

    Returns:
        (n, d/2) in float32, the first half of the angles from one axis and the second from the other;
        (H, n, d/2) for kind "mixed", where every angle is of both axes.
    """
    place = places(rotary, grid)  # (2, n)
    if frequencies is not None:
        place = place.to(frequencies.device)
        first, second = frequencies.float().unsqueeze(2)  # each (H, 1, d/2)
        return place[0].unsqueeze(-1) * first + place[1].unsqueeze(-1) * second  # (H, n, d/2)
    quarter = head_dim // 4
    frequency = rotary.temperature ** -(torch.arange(quarter, dtype=torch.float32) / quarter)  # (d/4,)
    if rotary.kind == "centred":
        frequency = 2 * math.pi * frequency  # full turns
    angles = place.unsqueeze(-1) * frequency  # (2, n, d/4)
    return angles.transpose(0, 1).flatten(1)  # (n, d/2)


def rotate(x: Tensor, angles: Tensor, pairs: str) -> Tensor:
    """Turn the patches of queries or keys (B, H, N, d) by ``angles`` (n, d/2) or (H, n, d/2); prefix tokens stay."""
    prefix = x.shape[-2] - angles.shape[-2]
    still, turning = x[..., :prefix, :], x[..., prefix:, :]  # (B, H, T, d), (B, H, n, d)
    if pairs == "halves":
        one, other = turning.chunk(2, dim=-1)  # each (B, H, n, d/2)
    else:
        one, other = turning[..., 0::2], turning[..., 1::2]  # each (B, H, n, d/2)
    cosine, sine = angles.cos(), angles.sin()
    turned = (one * cosine - other * sine, other * cosine + one * sine)
    together = torch.cat(turned, dim=-1) if pairs == "halves" else torch.stack(turned, dim=-1).flatten(-2)
    return torch.cat([still, together.to(x.dtype)], dim=-2)  # (B, H, N, d)

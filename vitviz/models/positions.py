"""Where a patch sits: learned positions brought to another grid, and fixed sine-cosine ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def resize_positions(
    table: Tensor, old: tuple[int, int], new: tuple[int, int], mode: str, antialias: bool
) -> Tensor:
    """Bring learned patch positions (1, h*w, D) from the grid ``old`` to the grid ``new`` by interpolation.

    ViT section 3.2: positions are interpolated in 2D by their place in the picture. Libraries differ in ``mode`` and
    ``antialias`` (timm: bicubic with antialias; transformers and DINO: bicubic without).

    Returns:
        (1, new_h*new_w, D) in the table's dtype; the very table where the grids are equal.
    """
    if old == new:
        return table
    grid = table.unflatten(1, old).permute(0, 3, 1, 2)  # (1, D, h, w)
    grid = F.interpolate(grid.float(), size=new, mode=mode, align_corners=False, antialias=antialias)
    return grid.flatten(2).transpose(1, 2).to(table.dtype)  # (1, new_h*new_w, D)


def sincos_positions(grid: tuple[int, int], dim: int, temperature: float = 10_000.0) -> Tensor:
    """Fixed 2D sine-cosine positions (as in MoCo v3, arXiv 2104.02057, and MAE, arXiv 2111.06377).

    The first half of the channels encodes the column, the second the row; each half is [sin, cos] of the place times
    temperature^(-i / (dim/4)). Computed in float64, returned as float32 (1, h*w, dim).
    """
    frequency = temperature ** -(torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))  # (dim/4,)
    rows, columns = torch.meshgrid(
        torch.arange(grid[0], dtype=torch.float64), torch.arange(grid[1], dtype=torch.float64), indexing="ij"
    )
    x, y = columns.flatten().outer(frequency), rows.flatten().outer(frequency)  # each (h*w, dim/4)
    waves = torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], dim=1)  # (h*w, dim)
    return waves.float().unsqueeze(0)  # (1, h*w, dim)


def normalized_sine_positions(grid: tuple[int, int], dim: int, temperature: float = 10_000.0) -> Tensor:
    """The fixed 2D sine positions of DETR (arXiv 2005.12872, appendix A.4), (1, h*w, dim).

    Places are counted from 1 and divided by the last one, so that every picture goes from 0 to 2 pi. The first half of
    the channels is the row's, the second the column's; in each, sine and cosine of one frequency are neighbours.
    """
    half = dim // 2
    frequency = temperature ** (-2 * (torch.arange(half) // 2) / half)  # (dim/2,)
    waves = []
    for length in grid:
        place = torch.arange(1, length + 1) / (length + 1e-6) * 2 * torch.pi  # (length,)
        angle = place[:, None] * frequency  # (length, dim/2)
        waves.append(torch.stack([angle[:, 0::2].sin(), angle[:, 1::2].cos()], dim=-1).flatten(1))
    rows = waves[0][:, None].expand(-1, grid[1], -1)  # (h, w, dim/2)
    columns = waves[1][None].expand(grid[0], -1, -1)  # (h, w, dim/2)
    return torch.cat([rows, columns], dim=-1).flatten(0, 1).unsqueeze(0)  # (1, h*w, dim)


def sine_positions(length: int, dim: int, temperature: float = 10_000.0) -> Tensor:
    """The fixed positions of a row of tokens (Vaswani et al. 2017, arXiv 1706.03762, section 3.5), (1, length, dim).

    Places count from 0. The first half of the channels are the sines, the second the cosines, as in Marian; in the
    paper the two of one frequency are neighbours. Computed in float64, returned as float32.
    """
    frequency = temperature ** (-2 * torch.arange(dim // 2, dtype=torch.float64) / dim)  # (dim/2,)
    angle = torch.arange(length, dtype=torch.float64).outer(frequency)  # (length, dim/2)
    return torch.cat([angle.sin(), angle.cos()], dim=1).float().unsqueeze(0)  # (1, length, dim)

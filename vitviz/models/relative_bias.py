"""Relative position bias of a whole picture with a class token (BEiT, arXiv 2106.08254).

A table has one row for every offset of query and key, and three more: for the class token as query, as key, and as
both. Letters: h x w grid of patches, N = 1 + h*w tokens, H heads.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

CLASS_ROWS = 3


def table_rows(grid: tuple[int, int]) -> int:
    """How many rows the table for a grid has, (2h - 1)(2w - 1) + 3."""
    return (2 * grid[0] - 1) * (2 * grid[1] - 1) + CLASS_ROWS


def table_index(grid: tuple[int, int]) -> Tensor:
    """Which row of the table belongs to every (query, key), (N, N)."""
    height, width = grid
    row, column = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    row, column = row.flatten(), column.flatten()  # each (h*w,)
    down = row[:, None] - row[None, :] + height - 1  # (h*w, h*w), from 0
    across = column[:, None] - column[None, :] + width - 1  # (h*w, h*w), from 0
    index = F.pad(down * (2 * width - 1) + across, (1, 0, 1, 0))  # (N, N)
    rows = table_rows(grid)
    index[0, :] = rows - 3  # the class token asks
    index[:, 0] = rows - 2  # the class token is asked
    index[0, 0] = rows - 1
    return index


def resize_table(table: Tensor, native: tuple[int, int], grid: tuple[int, int]) -> Tensor:
    """Bring a table to another grid: offsets are interpolated (bilinear, as transformers does), the last rows stay."""
    if native == grid:
        return table
    old, new = ((2 * height - 1, 2 * width - 1) for height, width in (native, grid))
    offsets = table[:-CLASS_ROWS].unflatten(0, old).permute(2, 0, 1).unsqueeze(0)  # (1, H, 2h-1, 2w-1)
    offsets = F.interpolate(offsets.float(), size=new, mode="bilinear", align_corners=False)
    offsets = offsets[0].permute(1, 2, 0).flatten(0, 1).to(table.dtype)  # ((2h'-1)(2w'-1), H)
    return torch.cat([offsets, table[-CLASS_ROWS:]])


def relative_bias(table: Tensor, native: tuple[int, int], grid: tuple[int, int]) -> Tensor:
    """What is added to the score of every (query, key), (H, N, N); ``table`` (rows, H) is of the grid ``native``."""
    index = table_index(grid).to(table.device)  # (N, N)
    bias = resize_table(table, native, grid)[index.flatten()]  # (N*N, H)
    return bias.unflatten(0, index.shape).permute(2, 0, 1).contiguous()  # (H, N, N)

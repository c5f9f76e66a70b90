"""Boxes as a detector has them (centre, size) and as corners, and how much two of them overlap."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Overlap(NamedTuple):
    """Of every pair of two rows of boxes: intersection over union and its generalised form, each (N, M)."""

    iou: Tensor
    giou: Tensor


def corners(boxes: Tensor) -> Tensor:
    """Centre x, centre y, width, height -> left, top, right, bottom, (..., 4) both."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([centre - half, centre + half], dim=-1)


def area(box: Tensor) -> Tensor:
    """Areas (...,) of boxes given by their corners (..., 4)."""
    return (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])


def overlap(one: Tensor, other: Tensor) -> Overlap:
    """Overlaps of boxes given by their corners, (N, 4) and (M, 4), or of rows of them that broadcast.

    The generalised IoU (Rezatofighi et al. 2019, arXiv 1902.09630) takes off the share of the smallest box around both
    that neither fills, so that it also says how far apart two boxes are which do not meet.
    """
    one, other = one.unsqueeze(-2), other.unsqueeze(-3)  # (N, 1, 4), (1, M, 4)
    inner = (torch.minimum(one[..., 2:], other[..., 2:]) - torch.maximum(one[..., :2], other[..., :2])).clamp(
        0
    )
    outer = torch.maximum(one[..., 2:], other[..., 2:]) - torch.minimum(one[..., :2], other[..., :2])
    both = inner.prod(dim=-1)  # (N, M)
    union = (area(one) + area(other) - both).clamp(min=1e-9)  # (N, M)
    around = outer.prod(dim=-1).clamp(min=1e-9)  # (N, M)
    iou = both / union
    return Overlap(iou, iou - (around - union) / around)

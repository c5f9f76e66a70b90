"""What self-attention among the queries is for: without it several of them answer for the same thing."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from vitviz.analysis.detection.boxes import corners, overlap
from vitviz.tracing.interventions import Edit

SAME_PLACE = 0.5  # the IoU from which two boxes of one class count as two answers for one thing
SURE = 0.5  # the probability from which a query's answer counts


def only_itself(layers: Collection[int]) -> Edit:
    """The edit that lets every query look only at itself in the self-attention of these decoder layers.

    Setting what the sublayer adds to zero would take away what it does for a query alone too.
    """
    return Edit({f"decoder.{layer}.pattern": _identity for layer in layers})


def _identity(pattern: Tensor) -> Tensor:
    return torch.eye(pattern.shape[-1], dtype=pattern.dtype).expand(pattern.shape)  # (B, H, Q, Q)


def doubles(probabilities: Tensor, boxes: Tensor, sure: float = SURE) -> list[tuple[int, int]]:
    """Pairs of queries that answer for the same thing: one class, IoU over 0.5, both at least ``sure``.

    Args:
        probabilities: of one layer, (Q, K + 1), the last class "no object".
        boxes: (Q, 4), centre and size.
        sure: the probability from which an answer counts.
    """
    score, kind = probabilities[:, :-1].max(dim=-1)  # (Q,) both
    iou = overlap(corners(boxes), corners(boxes)).iou  # (Q, Q)
    both = (score >= sure)[:, None] & (score >= sure)[None] & (kind[:, None] == kind[None])  # (Q, Q)
    found = (both & (iou > SAME_PLACE)).triu(diagonal=1).nonzero()
    return [(int(one), int(other)) for one, other in found]

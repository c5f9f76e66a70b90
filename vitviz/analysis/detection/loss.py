"""The loss of a DETR (arXiv 2005.12872, eq. 2 and appendix A.2), layer by layer and term by term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.analysis.detection.boxes import corners, overlap
from vitviz.analysis.detection.matching import Matched, match
from vitviz.models.detr import Detections

L1_WEIGHT, GIOU_WEIGHT = 5.0, 2.0
# Weight of "no object". The paper's 0.1 balances some 7 things against 100 queries; 12 queries and 3 things need 0.4.
NO_OBJECT_WEIGHT = 0.4


class LayerLoss(NamedTuple):
    """The terms of one decoder layer's loss, each one number, without their weights; and the pairs that it took."""

    of_class: Tensor
    of_l1: Tensor
    of_giou: Tensor
    matched: Matched

    @property
    def total(self) -> Tensor:
        """Their weighted sum."""
        return self.of_class + L1_WEIGHT * self.of_l1 + GIOU_WEIGHT * self.of_giou


def layer_loss(
    class_logits: Tensor,
    boxes: Tensor,
    labels: Tensor,
    truth: Tensor,
    counts: Sequence[int],
    no_object: float = NO_OBJECT_WEIGHT,
) -> LayerLoss:
    """One layer's loss; arguments as in ``match``. Box terms are sums over the batch divided by its things."""
    matched = match(class_logits, boxes, labels, truth, counts)
    classes = class_logits.shape[-1]
    target = torch.full(class_logits.shape[:2], classes - 1)  # (B, Q)
    target[matched.picture, matched.query] = labels[matched.thing]
    weight = torch.ones(classes)
    weight[-1] = no_object
    found, wanted = boxes[matched.picture, matched.query], truth[matched.thing]  # (P, 4) both
    things = max(1, len(labels))
    # Each pair alone, not every found box against every wanted one.
    giou = overlap(corners(found).unsqueeze(-2), corners(wanted).unsqueeze(-2)).giou.flatten()  # (P,)
    return LayerLoss(
        F.cross_entropy(class_logits.transpose(1, 2), target, weight),
        (found - wanted).abs().sum() / things,
        (1 - giou).sum() / things,
        matched,
    )


def detection_loss(
    answer: Detections,
    labels: Tensor,
    truth: Tensor,
    counts: Sequence[int],
    no_object: float = NO_OBJECT_WEIGHT,
) -> tuple[Tensor, list[LayerLoss]]:
    """The sum over all decoder layers, each matched anew, and the layers' own losses."""
    layers = [
        layer_loss(logits, boxes, labels, truth, counts, no_object)
        for logits, boxes in zip(answer.class_logits, answer.boxes, strict=True)
    ]
    return torch.stack([layer.total for layer in layers]).sum(), layers

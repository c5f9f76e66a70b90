"""The loss of a Swin-Unet: cross-entropy of every pixel, and the Dice loss of every class (V-Net, arXiv 1606.04797)."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

CE_WEIGHT, DICE_WEIGHT = 0.4, 0.6
SMOOTH = 1e-5


class SegmentationLoss(NamedTuple):
    """Both terms, without their weights."""

    of_cross_entropy: Tensor
    of_dice: Tensor

    @property
    def total(self) -> Tensor:
        """Their weighted sum."""
        return CE_WEIGHT * self.of_cross_entropy + DICE_WEIGHT * self.of_dice


def dice_of_classes(logits: Tensor, classes: Tensor) -> Tensor:
    """1 - Dice of each class, (K,), for logits (B, K, H, W) and classes (B, H, W), over the whole batch.

    Dice is 2 p t / (p^2 + t^2), summed over pixels: p the probability of the class, t whether it is the truth.
    """
    p = logits.softmax(dim=1)  # (B, K, H, W)
    t = F.one_hot(classes, logits.shape[1]).permute(0, 3, 1, 2).to(p)  # (B, K, H, W)
    pixels = (0, 2, 3)
    both = (p * t).sum(dim=pixels)  # (K,)
    return 1 - (2 * both + SMOOTH) / ((p * p).sum(dim=pixels) + (t * t).sum(dim=pixels) + SMOOTH)


def segmentation_loss(logits: Tensor, classes: Tensor) -> SegmentationLoss:
    """The loss of logits (B, K, H, W) where the truth is ``classes`` (B, H, W) int64; background counts as a class."""
    return SegmentationLoss(F.cross_entropy(logits, classes), dice_of_classes(logits, classes).mean())


def confusion(answer: Tensor, classes: Tensor, num_classes: int) -> Tensor:
    """How many pixels of each true class got each class, (K, K) with [truth, answer]."""
    pairs = classes.flatten().long() * num_classes + answer.flatten().long()
    return torch.bincount(pairs, minlength=num_classes**2).view(num_classes, num_classes)


def iou_of_classes(counts: Tensor) -> Tensor:
    """Intersection over union of every class, (K,), from ``confusion``; not a number where there was none of it."""
    both = counts.diagonal().double()
    return both / (counts.sum(dim=0) + counts.sum(dim=1) - both)


def dice_score_of_classes(counts: Tensor) -> Tensor:
    """Twice the intersection over the sum of both, (K,), from ``confusion``."""
    return 2 * counts.diagonal().double() / (counts.sum(dim=0) + counts.sum(dim=1))

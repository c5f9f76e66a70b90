"""The loss of one picture opened: what every pixel adds, the sums that Dice and IoU are made of, and the gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.segmentation.answer import Mask
from vitviz.analysis.segmentation.loss import CE_WEIGHT, DICE_WEIGHT, SMOOTH, segmentation_loss

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class OpenedLoss:
    """For logits (K, H, W): ``probabilities`` (K, H, W), and ``cross_entropy`` (H, W), that of every pixel.

    ``of_cross_entropy`` and ``of_dice`` (K, H, W) are the gradients of 0.4 CE and 0.6 Dice by the class scores, from
    torch's autograd; ``ce`` and ``dice`` are the two terms without their weights.
    """

    probabilities: Floats
    cross_entropy: Floats
    of_cross_entropy: Floats
    of_dice: Floats
    ce: float
    dice: float

    @property
    def total(self) -> float:
        """What training makes small."""
        return CE_WEIGHT * self.ce + DICE_WEIGHT * self.dice


@dataclass(frozen=True)
class Overlap:
    """One class: pixels that answer and truth both have, that only one of them has, and the sums of the soft Dice.

    ``pt``, ``pp`` and ``tt`` are the sums of p t, p^2 and t^2 over all pixels: p the probability of the class, t
    whether it is the truth.
    """

    both: int
    only_answer: int
    only_truth: int
    pt: float
    pp: float
    tt: float

    @property
    def union(self) -> int:
        """Pixels that answer or truth have."""
        return self.both + self.only_answer + self.only_truth

    @property
    def iou(self) -> float:
        """Intersection over union; not a number where there is neither."""
        return self.both / self.union if self.union else float("nan")

    @property
    def dice(self) -> float:
        """Twice the intersection over the sum of both; not a number where there is neither."""
        return 2 * self.both / (self.both + self.union) if self.union else float("nan")

    @property
    def dice_loss(self) -> float:
        """1 - the soft Dice, as the loss takes it."""
        return 1 - (2 * self.pt + SMOOTH) / (self.pp + self.tt + SMOOTH)


def open_loss(logits: Tensor, truth: Mask) -> OpenedLoss:
    """Open the loss of logits (1, K, H, W) where the truth is (H, W)."""
    scores = logits.detach().clone().requires_grad_()
    classes = torch.from_numpy(truth).long()[None]  # (1, H, W)
    with torch.enable_grad():
        loss = segmentation_loss(scores, classes)
        (of_ce,) = torch.autograd.grad(CE_WEIGHT * loss.of_cross_entropy, scores, retain_graph=True)
        (of_dice,) = torch.autograd.grad(DICE_WEIGHT * loss.of_dice, scores)
    return OpenedLoss(
        logits.detach().softmax(dim=1)[0].numpy(),
        F.cross_entropy(logits.detach(), classes, reduction="none")[0].numpy(),
        of_ce[0].numpy(),
        of_dice[0].numpy(),
        loss.of_cross_entropy.item(),
        loss.of_dice.item(),
    )


def overlaps(probabilities: Floats, answer: Mask, truth: Mask) -> list[Overlap]:
    """The operands of every class, from probabilities (K, H, W), a painted mask and the truth (H, W)."""
    found = []
    for number, p in enumerate(probabilities.astype(np.float64)):
        painted, true = answer == number, truth == number
        found.append(
            Overlap(
                both=int((painted & true).sum()),
                only_answer=int((painted & ~true).sum()),
                only_truth=int((true & ~painted).sum()),
                pt=float(p[true].sum()),
                pp=float((p * p).sum()),
                tt=float(true.sum()),
            )
        )
    return found

"""How good a painted mask is: pixels, overlap, edges, outlines and names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.segmentation.loss import confusion, iou_of_classes

REACH = 2  # pixels from an edge that count as at the edge
Mask = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Verdict:
    """Shares from 0 to 1; not a number where there is nothing to count.

    ``iou`` (K,) is that of every class, not a number where neither answer nor truth has it. ``edges`` is the share of
    right pixels at the true edges. ``outline`` counts there only whether thing or background is right, whatever the
    thing is called; ``named`` is the share of right names where answer and truth both have a thing.
    """

    pixels: float
    iou: NDArray[np.float64]
    edges: float
    outline: float
    named: float

    @property
    def mean_iou(self) -> float:
        """The mean over the classes that answer or truth have."""
        return float(np.nanmean(self.iou))


@dataclass(frozen=True)
class Missing:
    """A class with an IoU of 0: its pixels in answer and truth, and the mean IoU of all other counted classes."""

    number: int
    painted: int
    true: int
    without: float


def missing(answer: Mask, truth: Mask, iou: NDArray[np.float64]) -> list[Missing]:
    """The classes that answer or truth have and that share no pixel: each costs the mean as much as a whole class."""
    counted = ~np.isnan(iou)
    found = []
    for number in np.flatnonzero(iou == 0):
        others = counted & (np.arange(len(iou)) != number)
        without = float(iou[others].mean()) if others.any() else float("nan")
        pixels, true = int((answer == number).sum()), int((truth == number).sum())
        found.append(Missing(int(number), pixels, true, without))
    return found


def painted(logits: Tensor) -> Mask:
    """The class with the highest score at every pixel, (B, H, W), of logits (B, K, H, W)."""
    mask: Mask = logits.argmax(dim=1).numpy().astype(np.uint8)
    return mask


def edge_band(truth: Mask, reach: int = REACH) -> NDArray[np.bool_]:
    """Where a square of ``reach`` pixels to each side holds more than one class, (H, W)."""
    classes = torch.from_numpy(truth).float()[None]  # (1, H, W)
    side = 2 * reach + 1
    highest = F.max_pool2d(classes, side, 1, reach)
    lowest = -F.max_pool2d(-classes, side, 1, reach)
    band: NDArray[np.bool_] = (highest != lowest)[0].numpy()
    return band


def judge(answer: Mask, truth: Mask, num_classes: int) -> Verdict:
    """Hold a painted mask (H, W) against the truth (H, W)."""
    counts = confusion(torch.from_numpy(answer), torch.from_numpy(truth), num_classes)
    right, band = answer == truth, edge_band(truth)
    things = (answer > 0) & (truth > 0)
    return Verdict(
        pixels=float(right.mean()),
        iou=iou_of_classes(counts).numpy(),
        edges=_share(right, band),
        outline=_share((answer > 0) == (truth > 0), band),
        named=_share(right, things),
    )


def _share(right: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(right[among].mean()) if among.any() else float("nan")

from __future__ import annotations

import math

import pytest
import torch

from vitviz.analysis.segmentation.loss import (
    confusion,
    dice_score_of_classes,
    iou_of_classes,
    segmentation_loss,
)


def test_the_loss_is_that_on_paper() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, 2, 2, generator=generator)
    classes = torch.randint(3, (2, 2, 2), generator=generator)
    entropy, both, squares = 0.0, [0.0] * 3, [0.0] * 3
    for b, r, c in torch.cartesian_prod(torch.arange(2), torch.arange(2), torch.arange(2)).tolist():
        row = logits[b, :, r, c].tolist()
        whole = sum(map(math.exp, row))
        entropy += math.log(whole) - row[int(classes[b, r, c])]
        for k in range(3):
            p, t = math.exp(row[k]) / whole, float(classes[b, r, c] == k)
            both[k] += p * t
            squares[k] += p * p + t
    dice = sum(1 - (2 * i + 1e-5) / (s + 1e-5) for i, s in zip(both, squares, strict=True)) / 3
    loss = segmentation_loss(logits, classes)
    assert loss.of_cross_entropy.item() == pytest.approx(entropy / 8, abs=1e-6)
    assert loss.of_dice.item() == pytest.approx(dice, abs=1e-6)
    assert loss.total.item() == pytest.approx(0.4 * entropy / 8 + 0.6 * dice, abs=1e-6)


def test_overlaps_are_counted_over_all_pixels() -> None:
    truth, answer = torch.tensor([[0, 0, 1, 1]]), torch.tensor([[0, 1, 1, 1]])
    counts = confusion(answer, truth, 3)
    assert counts.tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert iou_of_classes(counts)[:2].tolist() == pytest.approx([1 / 2, 2 / 3])
    assert dice_score_of_classes(counts)[:2].tolist() == pytest.approx([2 / 3, 4 / 5])
    assert iou_of_classes(counts)[2].isnan()

"""Gradients of both losses against their formulas, and the operands of IoU and Dice against counting."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.analysis.segmentation.conftest import Runs
from vitviz.analysis.segmentation.answer import judge, painted
from vitviz.analysis.segmentation.gradients import open_loss, overlaps
from vitviz.analysis.segmentation.loss import SMOOTH, dice_of_classes, segmentation_loss


def test_gradients_are_those_of_the_formulas(runs: Runs) -> None:
    logits, truth = runs.run["logits"], runs.pages[0].classes
    opened = open_loss(logits, truth)
    p = logits[0].double().softmax(0).numpy()
    t = np.eye(7)[truth].transpose(2, 0, 1)
    np.testing.assert_allclose(opened.probabilities, p, atol=1e-6)
    np.testing.assert_allclose(opened.cross_entropy, -np.log((p * t).sum(0)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(opened.of_cross_entropy, 0.4 * (p - t) / truth.size, atol=1e-9)
    both, sums = (p * t).sum((1, 2)), (p * p).sum((1, 2)) + (t * t).sum((1, 2)) + SMOOTH
    both, sums = both[:, None, None], sums[:, None, None]
    by_p = -(2 * t * sums - (2 * both + SMOOTH) * 2 * p) / sums**2 / 7
    by_z = 0.6 * p * (by_p - (p * by_p).sum(0))
    np.testing.assert_allclose(opened.of_dice, by_z, atol=1e-8)


def test_terms_and_operands_are_those_of_the_loss(runs: Runs) -> None:
    logits, truth = runs.run["logits"], runs.pages[0].classes
    opened = open_loss(logits, truth)
    classes = torch.from_numpy(truth).long()[None]
    loss = segmentation_loss(logits, classes)
    assert opened.total == pytest.approx(float(loss.total), rel=1e-6)
    answer = painted(logits)[0]
    found = overlaps(opened.probabilities, answer, truth)
    dice = dice_of_classes(logits, classes).numpy()
    np.testing.assert_allclose([each.dice_loss for each in found], dice, atol=1e-6)
    np.testing.assert_allclose([each.iou for each in found], judge(answer, truth, 7).iou)
    for number, each in enumerate(found):
        one, other = answer == number, truth == number
        assert (each.both, each.union) == ((one & other).sum(), (one | other).sum())
        if each.union:
            assert each.dice == pytest.approx(2 * each.both / (one.sum() + other.sum()))
        else:
            assert np.isnan(each.dice)


def test_gradients_of_a_pixel_add_up_to_nothing(runs: Runs) -> None:
    opened = open_loss(runs.run["logits"], runs.pages[0].classes)
    for maps in (opened.of_cross_entropy, opened.of_dice):
        np.testing.assert_allclose(maps.sum(axis=0), 0, atol=1e-9)

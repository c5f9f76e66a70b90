"""The linear readings of a level against numpy's least squares."""

from __future__ import annotations

import numpy as np
import torch

from tests.analysis.segmentation.conftest import Runs
from vitviz.analysis.segmentation.nodes import features
from vitviz.analysis.segmentation.readout import coarsest, enlarged, fit, shares_below
from vitviz.zoo.scene_models import page_pixels

NAMES = ("skip.1", "layers.2.blocks.1.resid_post")


def test_shares_are_counted_below_each_token() -> None:
    classes = np.random.default_rng(1).integers(0, 4, (2, 8, 12)).astype(np.uint8)
    found = shares_below(classes, (2, 3), 5)
    assert found.shape == (2, 2, 3, 5)
    for page in range(2):
        for row in range(2):
            for column in range(3):
                cell = classes[page, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
                np.testing.assert_allclose(
                    found[page, row, column], [(cell == number).mean() for number in range(5)]
                )
    best = coarsest(classes[0], (2, 3), 5)
    assert enlarged(best, (8, 12)).shape == (8, 12)
    for other in range(4):  # nothing of that size has more pixels right
        for row in range(2):
            for column in range(3):
                changed = best.copy()
                changed[row, column] = other
                right = [(enlarged(mask, (8, 12)) == classes[0]).sum() for mask in (best, changed)]
                assert right[0] >= right[1]


def test_batches_add_up_to_one_ridge_regression(runs: Runs) -> None:
    batches = [(page_pixels(page), page.classes[None]) for page in runs.pages]
    *_, found = fit(runs.network, NAMES, iter(batches))
    assert found.scenes == 2
    maps = [features(run, NAMES) for run in (runs.run, runs.other)]
    for name in NAMES:
        x = np.concatenate([each[name].reshape(-1, each[name].shape[-1]) for each in maps])
        side = maps[0][name].shape[:2]
        y = np.concatenate([shares_below(page.classes, side, 7).reshape(-1, 7) for page in runs.pages])
        rows = np.concatenate([x.astype(np.float64), np.ones((len(x), 1))], axis=1)
        weight = np.sqrt(1e-3 * (x.astype(np.float64) ** 2).sum() / x.shape[1])
        held = np.concatenate([rows, weight * np.eye(x.shape[1], x.shape[1] + 1)])
        wanted = np.concatenate([y, np.zeros((x.shape[1], 7))])
        expected = np.linalg.lstsq(held, wanted, rcond=None)[0]
        np.testing.assert_allclose(found.matrices[name], expected, atol=1e-5)
        scores = found.scores(name, maps[0][name])
        np.testing.assert_allclose(scores.sum(axis=-1), 1, atol=1e-6)  # shares add up to one
        np.testing.assert_array_equal(found.read(name, maps[0][name]), scores.argmax(-1).astype(np.uint8))


def test_fitting_leaves_torchs_grad_mode_alone(runs: Runs) -> None:
    next(fit(runs.network, NAMES, iter([(page_pixels(runs.pages[0]), runs.pages[0].classes[None])])))
    assert torch.is_grad_enabled()

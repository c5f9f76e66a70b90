"""Noisy linear imputation: the equations solved by numpy too, and what follows from them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.analysis.faithfulness.conftest import CLASS_TOKEN, traced
from tests.conftest import random_picture
from vitviz.analysis.faithfulness.curves import random_orders_of, removal_steps, removed_by
from vitviz.analysis.faithfulness.imputation import imputed


def dense(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The same equations one by one for a picture (H, W), solved by numpy."""
    height, width = image.shape
    places = {(int(r), int(c)): i for i, (r, c) in enumerate(np.argwhere(hole))}
    matrix, right = np.zeros((len(places),) * 2), np.zeros(len(places))
    for (r, c), i in places.items():
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                inside = 0 <= r + dr < height and 0 <= c + dc < width
                if (dr, dc) == (0, 0) or not inside:
                    continue
                weight = 1 / 6 if 0 in (dr, dc) else 1 / 12
                matrix[i, i] += weight
                if (r + dr, c + dc) in places:
                    matrix[i, places[r + dr, c + dc]] -= weight
                else:
                    right[i] += weight * image[r + dr, c + dc]
    result = image.copy()
    for (r, c), value in zip(places, np.linalg.solve(matrix, right), strict=True):
        result[r, c] = value
    return result


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_the_equations_are_solved(share: float) -> None:
    image = random_picture(16, 24)
    masks = torch.rand(3, 4, 6, generator=torch.Generator().manual_seed(1)) < share
    found = imputed(image, masks, noise=0.0)
    for mask, picture in zip(masks, found, strict=True):
        hole = np.kron(mask.numpy(), np.ones((4, 4))) > 0
        for channel in range(3):
            wanted = dense(image[0, channel].double().numpy(), hole)
            np.testing.assert_allclose(picture[channel].numpy(), wanted, atol=5e-3)


def test_what_is_left_stays_and_noise_is_only_added_where_something_went() -> None:
    image = random_picture(16, 16)
    masks = torch.zeros(1, 4, 4, dtype=torch.bool)
    masks[0, 1, 2] = True
    hole = masks.repeat_interleave(4, -2).repeat_interleave(4, -1)[0]
    noisy, smooth = imputed(image, masks)[0], imputed(image, masks, noise=0.0)[0]
    torch.testing.assert_close(noisy[:, ~hole], image[0][:, ~hole], rtol=0, atol=0)
    gap = (noisy - smooth)[:, hole]
    assert 0.005 < float(gap.std()) < 0.015
    torch.testing.assert_close(imputed(image, masks)[0], noisy, rtol=0, atol=0)


def test_a_flat_picture_stays_flat_and_an_empty_one_is_its_mean() -> None:
    flat = torch.full((1, 3, 8, 8), 0.7)
    masks = torch.rand(1, 4, 4, generator=torch.Generator().manual_seed(0)) < 0.5
    torch.testing.assert_close(imputed(flat, masks, noise=0.0), flat)
    image = random_picture(8, 8)
    everything = imputed(image, torch.ones(1, 4, 4, dtype=torch.bool), noise=0.0)
    torch.testing.assert_close(everything, image.mean(dim=(-2, -1), keepdim=True).expand_as(image))


def test_road_ends_as_the_other_curves_do() -> None:
    trace = traced(CLASS_TOKEN)
    orders = random_orders_of(trace, 1)
    curves = removed_by(trace, "road", list(removal_steps(trace, orders, "road"))).curves("logit", 1)
    np.testing.assert_allclose(curves.deletion[:, 0], float(trace.logits[1]), atol=1e-6)
    assert np.ptp(curves.deletion[:, -1]) == 0  # when everything is gone the order does not matter


def test_cells_have_to_divide_the_picture() -> None:
    with pytest.raises(ValueError, match="divide"):
        imputed(random_picture(10, 10), torch.zeros(1, 4, 4, dtype=torch.bool))

"""Expanding as index motion, held to what the network made, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analysis.segmentation.conftest import CONFIG, Runs
from vitviz.analysis.segmentation.expanding import destinations, landing, moved, open_step, steps
from vitviz.models.swin_unet import spread_channels


@pytest.mark.parametrize("number", range(3))
def test_a_product_moved_number_by_number_is_the_networks_map(runs: Runs, number: int) -> None:
    step = steps(CONFIG)[number]
    opened = open_step(runs.run, step)
    assert opened.gap == 0
    np.testing.assert_array_equal(moved(opened.product, step.factor), opened.spread)
    channels = opened.spread.shape[-1]
    rows, columns, width = opened.product.shape
    assert width == step.factor**2 * channels
    places = destinations(rows, columns, step.factor)
    for h, w, index in ((0, 0, 0), (rows - 1, 1, width - 1), (1, columns - 1, width // 2 + 1)):
        row, column, channel = landing(index, step.factor, channels)
        there = (h * step.factor + row, w * step.factor + column)
        assert opened.spread[(*there, channel)] == opened.product[h, w, index]
        assert places[h, w, index // channels] == there[0] * columns * step.factor + there[1]


def test_every_place_is_filled_once() -> None:
    assert sorted(destinations(2, 3, 4).ravel().tolist()) == list(range(2 * 3 * 16))


def test_the_last_step_is_the_networks_own_way(runs: Runs) -> None:
    opened = open_step(runs.run, steps(CONFIG)[-1])
    product = runs.network.expand_last(runs.run["ln_up.out"])
    np.testing.assert_array_equal(spread_channels(product, 4)[0].numpy(), opened.spread)
    np.testing.assert_array_equal(runs.run["ln_last.out"][0].numpy(), opened.out)

"""Cells: their grid divides the picture, maps land on them, orders are honest about ties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.analysis.faithfulness.conftest import CLASS_TOKEN, SWIN, traced
from vitviz.analysis.faithfulness.cells import cell_grid, on_cells, order_of, random_orders, step_counts
from vitviz.analysis.faithfulness.curves import STEPS
from vitviz.analysis.faithfulness.removal import Removal


def test_the_cells_of_a_vit_are_its_patches_and_those_of_a_swin_few_enough() -> None:
    assert cell_grid(traced(CLASS_TOKEN)) == (4, 4)
    assert cell_grid(traced(SWIN)) == (8, 8)


def test_a_finer_map_is_averaged_and_a_coarser_one_repeated() -> None:
    fine = np.arange(16.0).reshape(4, 4)
    np.testing.assert_allclose(on_cells(fine, (2, 2)), [[2.5, 4.5], [10.5, 12.5]])
    np.testing.assert_allclose(
        on_cells(np.array([[1.0, 2], [3, 4]]), (4, 4)), np.kron([[1, 2], [3, 4]], np.ones((2, 2)))
    )


def test_the_largest_goes_first_and_ties_are_in_no_order_of_place() -> None:
    assert order_of(np.array([[0.1, 3.0], [-2.0, 0.5]])).tolist() == [1, 3, 0, 2]
    flat = order_of(np.ones((6, 6)))
    assert sorted(flat) == list(range(36))
    assert flat.tolist() != list(range(36))
    half = order_of(np.repeat([[0.0, 1.0]], 18, axis=0))  # (18, 2)
    assert set(half[:18]) == {2 * row + 1 for row in range(18)}


def test_random_orders_are_the_same_every_time_and_differ() -> None:
    first, again = random_orders(50), random_orders(50)
    np.testing.assert_array_equal(first, again)
    assert len({tuple(order) for order in first}) == 10
    assert all(sorted(order) == list(range(50)) for order in first)


@pytest.mark.parametrize("removal", ["drop", "blur"])
@pytest.mark.parametrize("cells", [*range(1, 40), 49, 64, 144, 196, 197, 256, 1369])
def test_steps_go_from_none_to_all_and_are_the_same_from_behind(cells: int, removal: Removal) -> None:
    counts = step_counts(cells, STEPS[removal])
    assert counts[0] == 0
    assert counts[-1] == cells
    assert all(a < b for a, b in itertools.pairwise(counts))
    assert tuple(cells - count for count in reversed(counts)) == counts
    assert len(counts) - 1 <= 2 * (len(STEPS[removal]) + 1) + cells % 2

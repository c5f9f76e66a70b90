"""The patch that the mask cuts off from most of its window, against the keys of every patch."""

import numpy as np
import pytest

from tests.tracing.conftest import make
from vitviz.analysis.swin_reach.legal_keys import keys_of
from vitviz.analysis.swin_reach.most_masked import cut_keys, most_masked
from vitviz.models.windows import WindowGrid, window_grid


@pytest.mark.parametrize(
    "grid", [window_grid(8, 8, 4, 2), window_grid(7, 9, 4, 2), window_grid(8, 12, 4, 1)], ids=str
)
def test_cut_keys_are_those_of_every_patch(grid: WindowGrid) -> None:
    expected = [int(keys_of(grid, patch).cut.sum()) for patch in range(grid.height * grid.width)]
    np.testing.assert_array_equal(cut_keys(grid).ravel(), expected)


def test_an_unshifted_map_cuts_nothing() -> None:
    assert not cut_keys(window_grid(8, 8, 4, 0)).any()


@pytest.mark.parametrize("name", ["Swin", "Swin, padded"])
def test_the_mask_acts_where_it_opens(name: str) -> None:
    trace = make(name).trace()
    found = most_masked(trace)
    assert found is not None
    assert found.block == 1  # every second block is shifted, from the second on
    grid = trace.swin_blocks[1].grid
    cut = [int(keys_of(grid, patch).cut.sum()) for patch in range(grid.height * grid.width)]
    assert keys_of(grid, found.patch).cut.sum() == max(cut) > 0

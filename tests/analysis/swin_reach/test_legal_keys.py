"""Legal and cut keys against a real block: one patch of its input is changed, and what moves is looked at."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.conftest import randomise
from vitviz.analysis.swin_reach.legal_keys import groups, keys_of
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinBlock
from vitviz.models.windows import WindowGrid, window_grid
from vitviz.tracing.interventions import Edit

CONFIG = SwinConfig((32, 32), embed_dim=8, depths=(2,), num_heads=(2,), window_size=4, num_classes=3)
GRIDS = [
    window_grid(8, 8, 4, 0),
    window_grid(8, 8, 4, 2),
    window_grid(8, 12, 4, 1),
    window_grid(7, 9, 4, 2),  # padded on both sides
    window_grid(5, 5, 4, 3),
    window_grid(4, 4, 4, 2),  # one window: not shifted
    window_grid(3, 6, 4, 2),  # the map is smaller than the window
]


def moved(grid: WindowGrid, edit: Edit) -> np.ndarray:
    """Which tokens of a block's output (rows) move with which token of its input (columns), in float64."""
    block = SwinBlock(CONFIG, stage=0, shifted=True)
    block.window, block.shift = grid.window, grid.shift
    randomise(block)
    block.double()
    count = grid.height * grid.width
    x = torch.randn(1, count, 8, generator=torch.Generator().manual_seed(1), dtype=torch.double)
    other = torch.randn(8, generator=torch.Generator().manual_seed(2), dtype=torch.double)

    def run(tokens: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return block(tokens.unflatten(1, (grid.height, grid.width)), edit).flatten(1, 2)[0]

    before = run(x)
    columns = []
    for key in range(count):
        changed = x.clone()
        changed[0, key] += other
        columns.append((run(changed) != before).any(dim=-1).numpy())
    return np.stack(columns, axis=1)  # (query, key)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_a_query_moves_with_its_legal_keys_and_with_no_other(grid: WindowGrid) -> None:
    with_mask = moved(grid, Edit({}))
    without_mask = moved(grid, Edit({"attn_mask": torch.zeros_like}))
    for query in range(grid.height * grid.width):
        keys = keys_of(grid, query)
        np.testing.assert_array_equal(keys.legal.ravel(), with_mask[query])
        np.testing.assert_array_equal((keys.legal | keys.cut).ravel(), without_mask[query])
        assert not (keys.legal & keys.cut).any()
        places = keys.legal.sum() + keys.cut.sum() + keys.legal_padding + keys.cut_padding
        assert places == grid.window**2


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_two_patches_of_one_group_and_no_others_meet(grid: WindowGrid) -> None:
    number = groups(grid).ravel()
    for query in range(grid.height * grid.width):
        np.testing.assert_array_equal(number == number[query], keys_of(grid, query).legal.ravel())


def test_padding_is_counted_where_it_is_legal_and_where_it_is_cut() -> None:
    """A 5 x 5 map in windows of 4, shifted by 2: the window of patch (4, 4) holds padding of its own region only."""
    keys = keys_of(window_grid(5, 5, 4, 2), 24)
    assert int(keys.legal.sum()) == 9  # rows and columns 2 to 4
    assert (keys.legal_padding, int(keys.cut.sum()), keys.cut_padding) == (7, 0, 0)
    corner = keys_of(window_grid(5, 5, 4, 2), 0)
    # Patch (0, 0) came round: it meets the 2 x 2 corner alone; the rest of its window is padding and other strips.
    assert int(corner.legal.sum()) == 4
    assert corner.legal_padding == 0
    assert int(corner.cut.sum()) + corner.cut_padding == 12

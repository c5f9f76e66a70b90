"""The geometry of shifted windows against definitions that are slow and plain."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vitviz.models import windows
from vitviz.models.config import ShiftRule
from vitviz.models.windows import WindowGrid, window_grid


@st.composite
def grids(draw: st.DrawFn, rule: ShiftRule = "map") -> WindowGrid:
    """Maps that windows divide, that must be padded, and that are no larger than a window."""
    window = draw(st.integers(1, 6))
    shift = draw(st.integers(0, window - 1))
    return window_grid(draw(st.integers(1, 15)), draw(st.integers(1, 15)), window, shift, rule)


many = settings(max_examples=80, deadline=None)


def numbered(grid: WindowGrid, batch: int = 2, channels: int = 3) -> torch.Tensor:
    """A map whose every number is another."""
    shape = (batch, grid.height, grid.width, channels)
    return torch.arange(1.0, 1 + torch.Size(shape).numel()).view(shape)


def picture_place(grid: WindowGrid, window: int, place: int) -> tuple[int, int]:
    """Row and column in the padded, unshifted map of one place of one window."""
    row = (window // grid.columns) * grid.window + place // grid.window
    column = (window % grid.columns) * grid.window + place % grid.window
    return (row + grid.shift) % grid.padded[0], (column + grid.shift) % grid.padded[1]


def wrapped(grid: WindowGrid, window: int, place: int) -> tuple[bool, bool]:
    """Whether that place was rolled in from the picture's other side, down and across."""
    row = (window // grid.columns) * grid.window + place // grid.window
    column = (window % grid.columns) * grid.window + place % grid.window
    return row + grid.shift >= grid.padded[0], column + grid.shift >= grid.padded[1]


@many
@given(grids())
def test_every_step_has_its_inverse(grid: WindowGrid) -> None:
    x = numbered(grid)
    padded = windows.pad(x, grid)
    assert padded.shape[1:3] == grid.padded
    assert torch.equal(windows.crop(padded, grid), x)
    assert torch.equal(windows.unshift(windows.shift(padded, grid), grid), padded)
    cut = windows.partition(padded, grid)
    assert cut.shape == (2 * grid.num_windows, grid.window**2, 3)
    assert torch.equal(windows.reverse(cut, grid), padded)
    assert torch.equal(windows.partition(windows.reverse(cut, grid), grid), cut)
    assert torch.equal(windows.from_windows(windows.to_windows(x, grid), grid), x)


@many
@given(grids(rule="axis"))
def test_timm_rolls_before_it_pads(grid: WindowGrid) -> None:
    x = numbered(grid)
    up, left = grid.shifts
    rolled = windows.pad(x.roll((-up, -left), dims=(1, 2)), grid)
    assert torch.equal(windows.shift(windows.pad(x, grid), grid), rolled)
    assert torch.equal(windows.from_windows(windows.to_windows(x, grid), grid), x)
    assert grid.padding_stays == (grid.shift > 0 and grid.padded != (grid.height, grid.width))


@many
@given(grids())
def test_every_place_of_every_window(grid: WindowGrid) -> None:
    """to_windows and token_map, one number at a time; windows of one picture lie together."""
    x = numbered(grid)
    cut, tokens = windows.to_windows(x, grid), windows.token_map(grid)
    assert tokens.shape == (grid.num_windows, grid.window**2)
    for window in range(grid.num_windows):
        for place in range(grid.window**2):
            row, column = picture_place(grid, window, place)
            inside = row < grid.height and column < grid.width
            assert tokens[window, place] == (row * grid.width + column if inside else -1)
            for picture in range(2):
                expected = x[picture, row, column] if inside else torch.zeros(3)
                assert torch.equal(cut[picture * grid.num_windows + window, place], expected)


@many
@given(grids())
def test_every_token_is_somewhere_once(grid: WindowGrid) -> None:
    tokens = windows.token_map(grid).flatten()
    assert tokens[tokens >= 0].sort().values.tolist() == list(range(grid.height * grid.width))


@many
@given(grids())
def test_the_mask_lets_neighbours_meet_and_nobody_else(grid: WindowGrid) -> None:
    """Two places of a window may meet where both or neither came over the picture's border, in each direction."""
    mask = windows.attention_mask(grid)
    if not grid.shift:
        assert mask is None
        return
    assert mask is not None
    places = range(grid.window**2)
    expected = torch.tensor(
        [
            [
                [0.0 if wrapped(grid, w, query) == wrapped(grid, w, key) else -100.0 for key in places]
                for query in places
            ]
            for w in range(grid.num_windows)
        ]
    )
    assert torch.equal(mask, expected)


@many
@given(grids())
def test_regions_are_the_nine_of_the_paper(grid: WindowGrid) -> None:
    """As the authors' code fills them: slice by slice, numbered in order."""
    expected = torch.zeros(grid.padded, dtype=torch.long)
    if grid.shift:
        sides = [slice(0, -grid.window), slice(-grid.window, -grid.shift), slice(-grid.shift, None)]
        for i, rows in enumerate(sides):
            for j, columns in enumerate(sides):
                expected[rows, columns] = 3 * i + j
    assert torch.equal(windows.region_map(grid), expected)


def test_what_is_kept_is_never_handed_out() -> None:
    """Masks and indices that a caller changes, or makes where nothing has memory, are as they were for the next."""
    grid = window_grid(13, 17, 5, 2)
    with torch.inference_mode(), torch.device("meta"):
        mask, index = windows.attention_mask(grid), windows.relative_position_index(5, 9)
        assert mask is not None
        expected = mask.clone(), index.clone()
        mask.fill_(7)
        index.fill_(7)
    again = windows.attention_mask(grid)
    assert again is not None
    assert not again.is_inference()
    assert torch.equal(again, expected[0])
    assert torch.equal(windows.relative_position_index(5, 9), expected[1])


def test_masked_fractions_at_14x14() -> None:
    """Figure 4: nothing in the first window, a strip of 3 in 7 in two of them, both strips in the corner."""
    mask = windows.attention_mask(window_grid(14, 14, 7, 3))
    assert mask is not None
    strip, corner = 24 / 49, 1 - (25 / 49) ** 2
    fractions = (mask < 0).float().mean(dim=(1, 2)).tolist()
    assert fractions == pytest.approx([0.0, strip, strip, corner])
    assert [round(f, 2) for f in fractions] == [0.0, 0.49, 0.49, 0.74]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((14, 14, 7, 3), WindowGrid(14, 14, 7, 3)),
        ((8, 20, 7, 3), WindowGrid(8, 20, 7, 3)),
        ((7, 7, 7, 3), WindowGrid(7, 7, 7, 0)),
        ((20, 7, 7, 3), WindowGrid(20, 7, 7, 0)),
        ((3, 20, 7, 3), WindowGrid(3, 20, 3, 0)),
        ((1, 1, 7, 0), WindowGrid(1, 1, 1, 0)),
    ],
)
def test_a_window_is_never_larger_than_the_map(
    arguments: tuple[int, int, int, int], expected: WindowGrid
) -> None:
    assert window_grid(*arguments) == expected


def test_counts() -> None:
    grid = window_grid(15, 22, 7, 3)
    assert (grid.rows, grid.columns, grid.num_windows, grid.padded) == (3, 4, 12, (21, 28))


@pytest.mark.parametrize(
    "arguments", [(0, 4, 2, 0), (4, -1, 2, 0), (4, 4, 0, 0), (4, 4, 2, 2), (4, 4, 2, -1)]
)
def test_impossible_windows_are_refused(arguments: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no windows for map"):
        window_grid(*arguments)


@pytest.mark.parametrize(("window", "table_window"), [(1, 1), (2, 2), (3, 3), (7, 7), (2, 7), (3, 4), (1, 5)])
def test_relative_position_index(window: int, table_window: int) -> None:
    """Query place minus key place, row first, in a table of (2T-1) x (2T-1)."""
    side = 2 * table_window - 1
    table = torch.arange(side * side).view(side, side)
    index = windows.relative_position_index(window, table_window)
    assert index.shape == (window**2, window**2)
    for query in range(window**2):
        for key in range(window**2):
            down = query // window - key // window
            across = query % window - key % window
            assert index[query, key] == table[down + table_window - 1, across + table_window - 1]


def test_the_table_of_its_own_window_is_used_whole() -> None:
    assert torch.equal(windows.relative_position_index(5), windows.relative_position_index(5, 5))
    assert windows.relative_position_index(5).unique().tolist() == list(range(81))


def test_a_table_for_smaller_windows_is_refused() -> None:
    with pytest.raises(ValueError, match="a table for windows of 3 has no rows for a window of 4"):
        windows.relative_position_index(4, 3)


@pytest.mark.parametrize("step", [windows.pad, windows.shift, windows.unshift, windows.crop])
def test_a_step_with_nothing_to_do_changes_nothing(
    step: Callable[[torch.Tensor, WindowGrid], torch.Tensor],
) -> None:
    grid = window_grid(6, 9, 3, 0)
    x = numbered(grid)
    assert torch.equal(step(x, grid), x)

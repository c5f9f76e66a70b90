"""Windows, shift, regions and masks as index arrays: compared with loops that know only the paper's figure 4."""

import numpy as np
import pytest

from vitviz.analysis.swin_shift.geometry import ShiftGeometry, border_pair, every_shift
from vitviz.models.windows import WindowGrid, window_grid

# height, width, window, shift: whole windows, padded below, padded right, both, an even window, the smallest shift.
SHIFTED = [(14, 14, 7, 3), (8, 8, 4, 2), (9, 12, 4, 1), (12, 10, 4, 3), (15, 17, 7, 6), (5, 7, 2, 1)]
UNSHIFTED = [(14, 14, 7, 0), (7, 7, 7, 0), (5, 14, 5, 0), (9, 10, 4, 0)]


def geometry(height: int, width: int, window: int, shift: int) -> ShiftGeometry:
    return ShiftGeometry(WindowGrid(height, width, window, shift))


def slow_regions(height: int, width: int, window: int, shift: int) -> np.ndarray:
    """The published three slices a side, filled in one after another over the padded map."""
    tall, wide = -(-height // window) * window, -(-width // window) * window
    regions, number = np.zeros((tall, wide), dtype=int), 0
    if not shift:
        return regions
    cuts = [(0, -window), (-window, -shift), (-shift, None)]
    for top, bottom in cuts:
        for left, right in cuts:
            regions[slice(top or None, bottom), slice(left or None, right)] = number
            number += 1
    return regions


@pytest.mark.parametrize("sizes", SHIFTED + UNSHIFTED)
def test_every_place_of_a_window_comes_from_where_a_loop_says(sizes: tuple[int, int, int, int]) -> None:
    height, width, m, s = sizes
    got = geometry(*sizes)
    tall, wide = got.grid.padded
    regions = slow_regions(*sizes)
    for window in range(got.grid.num_windows):
        for place in range(m * m):
            row = window // got.grid.columns * m + place // m
            column = window % got.grid.columns * m + place % m
            before = ((row + s) % tall, (column + s) % wide)
            real = before[0] < height and before[1] < width
            assert got.cells[window, place] == row * wide + column
            assert got.origins[window, place] == before[0] * wide + before[1]
            assert got.tokens[window, place] == (before[0] * width + before[1] if real else -1)
            assert got.regions[window, place] == regions[row, column]


@pytest.mark.parametrize("sizes", SHIFTED + UNSHIFTED)
def test_a_pair_is_cut_where_its_regions_differ(sizes: tuple[int, int, int, int]) -> None:
    got = geometry(*sizes)
    masks, which = got.masks
    side = sizes[2] ** 2
    for window in range(got.grid.num_windows):
        for i in range(side):
            for j in range(side):
                cut = got.regions[window, i] != got.regions[window, j]
                assert masks[which[window], i, j] == cut


@pytest.mark.parametrize("sizes", SHIFTED)
def test_what_may_meet_is_what_a_displaced_window_holds(sizes: tuple[int, int, int, int]) -> None:
    """The naive partition: borders at s, s + M, s + 2M ... of the padded map, nothing rolled."""
    got = geometry(*sizes)
    _, _, m, s = sizes
    tall, wide = got.grid.padded
    naive = np.array([[((r - s) // m, (c - s) // m) for c in range(wide)] for r in range(tall)])  # (H, W, 2)
    naive = naive.reshape(-1, 2)
    masks, which = got.masks
    for window in range(got.grid.num_windows):
        at = naive[got.origins[window]]  # (M*M, 2)
        together = (at[:, None] == at[None]).all(axis=-1)
        np.testing.assert_array_equal(masks[which[window]], ~together)


@pytest.mark.parametrize("sizes", SHIFTED + UNSHIFTED)
def test_the_pieces_tile_the_map_before_and_after_the_roll(sizes: tuple[int, int, int, int]) -> None:
    got = geometry(*sizes)
    height, width, _, s = sizes
    tall, wide = got.grid.padded
    before, after = np.zeros((tall, wide), int), np.zeros((tall, wide), int)
    for piece in got.pieces:
        before[piece.top : piece.top + piece.height, piece.left : piece.left + piece.width] += 1
        after[piece.to_top : piece.to_top + piece.height, piece.to_left : piece.to_left + piece.width] += 1
        inside = max(0, min(height - piece.top, piece.height)) * max(0, min(width - piece.left, piece.width))
        assert piece.patches == inside
        assert (piece.to_top, piece.to_left) == ((piece.top - s) % tall, (piece.left - s) % wide)
    assert (before == 1).all()
    assert (after == 1).all()
    extra = 1 if s else 0
    assert len(got.pieces) == (got.grid.rows + extra) * (got.grid.columns + extra)
    assert sum(h * w * count for h, w, count in got.sizes) == tall * wide


@pytest.mark.parametrize(
    ("height", "width", "m", "s"), [(9, 10, 4, 3), (5, 5, 4, 2), (7, 12, 5, 2), (6, 3, 3, 1)]
)
def test_where_the_padding_stays_the_pieces_tile_as_well(height: int, width: int, m: int, s: int) -> None:
    got = ShiftGeometry(window_grid(height, width, m, s, "axis"))
    before, after = np.zeros(got.grid.padded, int), np.zeros(got.grid.padded, int)
    up, left = got.grid.shifts
    for piece in got.pieces:
        before[piece.top : piece.top + piece.height, piece.left : piece.left + piece.width] += 1
        after[piece.to_top : piece.to_top + piece.height, piece.to_left : piece.to_left + piece.width] += 1
        if piece.patches:
            moved = ((piece.top - up) % height, (piece.left - left) % width)
            assert (piece.to_top, piece.to_left) == moved
    assert (before == 1).all()
    assert (after == 1).all()
    assert sum(piece.patches for piece in got.pieces) == height * width


def test_four_windows_become_nine() -> None:
    four = geometry(14, 14, 7, 3)
    assert len(four.pieces) == 9
    assert four.sizes == [
        (7, 7, 1), (7, 4, 1), (4, 7, 1), (7, 3, 1), (3, 7, 1), (4, 4, 1), (4, 3, 1), (3, 4, 1), (3, 3, 1),
    ]  # fmt: skip


def test_every_shift_of_a_window_and_only_one_where_nothing_shifts() -> None:
    assert [one.grid.shift for one in every_shift(14, 14, 7)] == list(range(7))
    for height, width in ((7, 7), (5, 14), (3, 3)):
        (only,) = every_shift(height, width, 7)
        assert (only.grid.window, only.grid.shift) == (min(height, width), 0)
    with pytest.raises(ValueError, match="no windows"):
        every_shift(0, 4, 2)


@pytest.mark.parametrize("sizes", SHIFTED)
def test_the_marked_neighbours_are_apart_before_and_together_after(sizes: tuple[int, int, int, int]) -> None:
    pair = border_pair(geometry(*sizes))
    assert pair is not None
    _, width, m, s = sizes
    (r0, c0), (r1, c1) = divmod(pair[0], width), divmod(pair[1], width)
    assert (r0, c0 + 1) == (r1, c1)
    assert c0 // m != c1 // m  # W-MSA: a border runs between them
    assert ((r0 - s) // m, (c0 - s) // m) == ((r1 - s) // m, (c1 - s) // m)  # displaced by s: none does


def test_without_a_shift_the_neighbours_stay_apart_and_one_window_has_no_border() -> None:
    pair = border_pair(geometry(14, 14, 7, 0))
    assert pair is not None
    assert pair[0] % 14 == 6
    assert border_pair(geometry(7, 7, 7, 0)) is None

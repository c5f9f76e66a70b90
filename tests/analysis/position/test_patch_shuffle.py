"""One permutation, and its picture."""

import numpy as np
import pytest

from vitviz.analysis.position.patch_shuffle import piece_sides, shuffle, shuffled_picture


@pytest.mark.parametrize(("grid", "side"), [((4, 4), 1), ((4, 6), 2), ((14, 14), 7), ((2, 2), 1)])
def test_every_patch_comes_once_and_pieces_stay_whole(grid: tuple[int, int], side: int) -> None:
    order = shuffle(grid, side, seed=5)
    np.testing.assert_array_equal(np.sort(order), np.arange(grid[0] * grid[1]))
    assert not np.array_equal(order, np.arange(order.size))
    np.testing.assert_array_equal(order, shuffle(grid, side, seed=5))
    map_ = order.reshape(grid)
    for top in range(0, grid[0], side):
        for left in range(0, grid[1], side):
            first = map_[top, left]
            expected = first + np.arange(side)[:, None] * grid[1] + np.arange(side)
            np.testing.assert_array_equal(map_[top : top + side, left : left + side], expected)


def test_never_the_order_it_started_from() -> None:
    for seed in range(40):  # of two pieces every second permutation would be
        assert shuffle((2, 4), 2, seed).tolist() == [2, 3, 0, 1, 6, 7, 4, 5]


def test_pieces_that_leave_a_rest_are_refused() -> None:
    assert piece_sides((4, 6)) == [1, 2]
    assert piece_sides((14, 14)) == [1, 2, 7, 14]
    with pytest.raises(ValueError, match="4 x 6 patches"):
        shuffle((4, 6), 4, 0)
    assert shuffle((3, 3), 3, 0).tolist() == list(range(9))  # one piece has one order


def test_the_picture_is_cut_and_put_together_pixel_by_pixel() -> None:
    levels = np.random.default_rng(0).integers(0, 255, (8, 12, 3), np.uint8)
    order = shuffle((2, 3), 1, seed=1)
    got = shuffled_picture(levels, order, 4)
    for place, source in enumerate(order):
        (r, c), (a, b) = divmod(place, 3), divmod(int(source), 3)
        np.testing.assert_array_equal(
            got[4 * r : 4 * r + 4, 4 * c : 4 * c + 4], levels[4 * a : 4 * a + 4, 4 * b : 4 * b + 4]
        )

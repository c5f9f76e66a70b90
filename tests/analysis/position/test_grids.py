"""Grids that a page offers keep the model's shape, stay small enough, and contain its own."""

from vitviz.analysis.position.grids import MOST_TOKENS, first_grid, grids_around


def test_a_square_model_gets_squares_from_a_quarter_to_twice_its_side() -> None:
    grids = grids_around((14, 14))
    assert grids == [(side, side) for side in range(3, 29)]
    assert grids[first_grid(grids, (14, 14))] == (21, 21)


def test_an_oblong_model_keeps_its_shape() -> None:
    assert all(abs(columns - 2 * rows) <= 1 for rows, columns in grids_around((8, 16)))
    assert grids_around((4, 1))[0] == (1, 1)


def test_too_many_tokens_are_left_out_but_never_the_models_own_grid() -> None:
    own = (56, 56)
    grids = grids_around(own)
    assert own in grids
    assert all(rows * columns <= MOST_TOKENS for rows, columns in grids if (rows, columns) != own)

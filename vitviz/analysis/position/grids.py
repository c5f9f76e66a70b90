"""Grids of patches that positions can be brought to."""

from __future__ import annotations

MOST_TOKENS = 2400
LARGEST_FACTOR = 2
START_FACTOR = 1.5


def grids_around(own: tuple[int, int]) -> list[tuple[int, int]]:
    """Grids (rows, columns) of about a model's ``own`` shape, from a quarter of its side to twice that.

    None has more than ``MOST_TOKENS`` patches, but for the model's own, which is always there.
    """
    rows, columns = own
    made = [
        (side, max(1, round(side * columns / rows)))
        for side in range(max(1, rows // 4), LARGEST_FACTOR * rows + 1)
    ]
    return [grid for grid in made if grid[0] * grid[1] <= MOST_TOKENS or grid == own]


def first_grid(grids: list[tuple[int, int]], own: tuple[int, int]) -> int:
    """Which of the grids is nearest to ``START_FACTOR`` times the model's own side: what a page begins with."""
    nearest = min(grids, key=lambda grid: abs(grid[0] - START_FACTOR * own[0]))
    return grids.index(nearest)

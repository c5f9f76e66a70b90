"""How alike position embeddings are: the cosine of each with every other (ViT, arXiv 2010.11929, Fig. 7 centre)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


def cosine_similarities(positions: NDArray[np.floating]) -> NDArray[np.float64]:
    """cos(e_i, e_j) = e_i . e_j / (|e_i| |e_j|) for all pairs: (N, D) -> (N, N), computed in float64.

    An embedding of zeros points nowhere: its row and its column are NaN.
    """
    unit = _unit(positions)  # (N, D)
    return unit @ unit.T  # (N, N)


def cosines_with(positions: NDArray[np.floating], index: int) -> NDArray[np.float64]:
    """One row of ``cosine_similarities``, (N,), without the others."""
    unit = _unit(positions)  # (N, D)
    return unit @ unit[index]  # (N,)


def largest_of_two(similarities: NDArray[np.float64]) -> float:
    """The largest |cosine| of two different embeddings, (N, N) -> one number; 1 where there is none."""
    others = np.abs(similarities[~np.eye(len(similarities), dtype=bool)])
    return float(np.nanmax(others, initial=0.0)) or 1.0


class Structure(NamedTuple):
    """Mean cosine of a patch's position with those of some other patches; NaN where there are none such."""

    neighbours: float  # above, below, left and right
    row: float  # the others of its row
    column: float  # the others of its column
    elsewhere: float  # neither its row nor its column


def structure(similarities: NDArray[np.float64], grid: tuple[int, int]) -> Structure:
    """What the figure shows as numbers, over all patches: (h*w, h*w) cosines of the patches alone.

    Raises:
        ValueError: if the cosines are not those of ``grid`` (rows, columns).
    """
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])  # (h*w,) each
    if similarities.shape != (rows.size, rows.size):
        raise ValueError(
            f"{grid[0]} x {grid[1]} patches have {rows.size} squared cosines, not {similarities.shape}"
        )
    down = np.abs(rows[:, None] - rows)  # (h*w, h*w)
    across = np.abs(columns[:, None] - columns)  # (h*w, h*w)
    return Structure(
        neighbours=_mean(similarities[down + across == 1]),
        row=_mean(similarities[(down == 0) & (across > 0)]),
        column=_mean(similarities[(across == 0) & (down > 0)]),
        elsewhere=_mean(similarities[(across > 0) & (down > 0)]),
    )


def nearest_place(place: tuple[int, int], old: tuple[int, int], new: tuple[int, int]) -> tuple[int, int]:
    """The patch of the grid ``new`` that covers the middle of patch ``place`` of the grid ``old``, on one picture."""
    row, column = (
        int((at + 0.5) / before * after) for at, before, after in zip(place, old, new, strict=True)
    )
    return row, column


def _unit(positions: NDArray[np.floating]) -> NDArray[np.float64]:
    e = positions.astype(np.float64)  # (N, D)
    length = np.linalg.norm(e, axis=1, keepdims=True)  # (N, 1)
    length[length == 0] = np.nan
    unit: NDArray[np.float64] = e / length  # (N, D)
    return unit


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")

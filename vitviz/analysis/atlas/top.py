"""The pictures that excite something most: the largest k values of each row, with where they were found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Top:
    """The k largest values (R, k) of R rows, largest first; of equal ones the earlier picture stands first.

    ``picture``, ``patch`` and ``looks`` (R, k) say in which picture, at which patch of the row's own map, and at which
    patch that one looks most. Where there are fewer than k, ``picture`` is -1 and the value minus infinity.
    """

    value: NDArray[np.float32]
    picture: NDArray[np.int32]
    patch: NDArray[np.int32]
    looks: NDArray[np.int32]

    @property
    def k(self) -> int:
        """How many a row keeps."""
        return int(self.value.shape[1])


def top_of(
    value: NDArray[np.floating], picture: NDArray[np.integer], patch: NDArray[np.integer],
    looks: NDArray[np.integer], k: int,
) -> Top:  # fmt: skip
    """Choose among n candidates of each of R rows; all arrays are (R, n), and a ``picture`` of -1 is no candidate."""
    value = np.where(picture < 0, -np.inf, value).astype(np.float32)
    missing = k - value.shape[1]
    if missing > 0:
        rows = value.shape[0]
        value = np.concatenate([value, np.full((rows, missing), -np.inf, np.float32)], axis=1)
        nowhere = np.full((rows, missing), -1)
        picture, patch, looks = (np.concatenate([x, nowhere], axis=1) for x in (picture, patch, looks))
    # Nowhere (-1) stands behind every picture of the same value.
    number = np.where(picture < 0, np.iinfo(np.int64).max, picture)
    order = np.lexsort((number, -value), axis=1)[:, :k]
    chosen = (np.take_along_axis(x, order, axis=1).astype(np.int32) for x in (picture, patch, looks))
    return Top(np.take_along_axis(value, order, axis=1), *chosen)


def merge_top(a: Top, b: Top) -> Top:
    """The largest of both; whoever is merged first makes no difference, as no picture is in both."""
    return top_of(
        np.concatenate([a.value, b.value], axis=1),
        np.concatenate([a.picture, b.picture], axis=1),
        np.concatenate([a.patch, b.patch], axis=1),
        np.concatenate([a.looks, b.looks], axis=1),
        a.k,
    )

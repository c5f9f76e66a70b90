"""The terms of a sum that are furthest from 0, and what all the others come to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class LargestTerms(NamedTuple):
    """Indices of the largest terms, largest first; the sum of the ``others``, and how many those are."""

    indices: tuple[int, ...]
    rest: float
    others: int


def largest_terms(terms: NDArray[np.floating], count: int) -> LargestTerms:
    """Find the ``count`` terms of a sum (N,) that are furthest from 0; of equal ones the first."""
    order = np.argsort(-np.abs(terms), kind="stable")[:count]
    rest = float(terms.sum() - terms[order].sum())
    return LargestTerms(tuple(order.tolist()), rest, len(terms) - len(order))

"""Which tokens have an unusually large norm (Darcet et al. 2023, arXiv 2309.16588, section 2.1, look for such tokens).

Their threshold is a fixed number read off one model's histogram. Here it is a multiple of the median over all tokens,
so that it means the same for every model and layer.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TIMES_MEDIAN = 2.0
# So many of them are marked in a figure: where a sixth of all tokens is above the threshold, as on the finest map of a
# Swin, marks on all would hide what they mark.
MOST_MARKED = 24


class LargeNorms(NamedTuple):
    """Tokens above the threshold, largest first; the median; the token with the largest norm and that norm."""

    tokens: tuple[int, ...]
    median: float
    largest: int
    largest_norm: float

    @property
    def marked(self) -> tuple[int, ...]:
        """The tokens that a figure marks: the ``MOST_MARKED`` largest."""
        return self.tokens[:MOST_MARKED]

    @property
    def ratio(self) -> float:
        """How many times the median the largest norm is; 1 where all are 0."""
        if self.median == 0:
            return math.inf if self.largest_norm else 1.0
        return self.largest_norm / self.median


def large_norms(norms: NDArray[np.floating]) -> LargeNorms:
    """Find the tokens whose norm (N,) is more than ``TIMES_MEDIAN`` times the median of all."""
    median = float(np.median(norms))
    order = np.argsort(-norms, kind="stable")
    above = [int(token) for token in order if norms[token] > TIMES_MEDIAN * median]
    return LargeNorms(tuple(above), median, int(order[0]), float(norms[order[0]]))

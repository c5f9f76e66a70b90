"""How a number that every token has spreads over the tokens, place by place through the depth of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Spread(NamedTuple):
    """Lowest, lower quartile, median, upper quartile and highest over the tokens; each (places,)."""

    low: NDArray[np.float64]
    lower: NDArray[np.float64]
    median: NDArray[np.float64]
    upper: NDArray[np.float64]
    high: NDArray[np.float64]


def spread(places: Sequence[NDArray[np.floating]]) -> Spread:
    """Quartiles at every place; places may have different numbers of tokens, (N_i,) each."""
    rows = np.array([np.quantile(values.astype(np.float64), (0, 0.25, 0.5, 0.75, 1)) for values in places])
    return Spread(*rows.T)

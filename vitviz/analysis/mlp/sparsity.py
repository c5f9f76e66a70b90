"""How many hidden units of an MLP do anything for a token (Li et al. 2023, arXiv 2210.06313, count those of ReLU).

ReLU makes exact zeros; GELU makes small numbers. A unit counts as near zero where it is below a twentieth of the same
token's largest, so that the share does not depend on the scale of the weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEAR = 0.05


class Sparsity(NamedTuple):
    """Shares of a token's hidden units, each (N,): below 0 before the nonlinearity, and near 0 after it."""

    negative: NDArray[np.float64]
    near_zero: NDArray[np.float64]


def sparsity(pre: NDArray[np.floating], post: NDArray[np.floating]) -> Sparsity:
    """Count for hidden activations (N, M) before and after the nonlinearity."""
    size = np.abs(post)
    near = size < NEAR * size.max(axis=1, keepdims=True)
    return Sparsity((pre < 0).mean(axis=1), near.mean(axis=1))

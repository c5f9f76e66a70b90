"""Layer normalisation of one token, step by step (Ba et al. 2016, arXiv 1607.06450, eq. 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class NormSteps:
    """x, (x - mean) / scale, and that times gamma plus beta, for one token; all (D,) in float64.

    ``variance`` is the biased one, divided by D; ``scale`` = sqrt(variance + eps).
    """

    x: NDArray[np.float64]
    mean: float
    variance: float
    scale: float
    normalized: NDArray[np.float64]
    out: NDArray[np.float64]


def normalise(
    x: NDArray[np.float32], gamma: NDArray[np.float32], beta: NDArray[np.float32], eps: float
) -> NormSteps:
    """Normalise one token ``x`` (D,) with the weight and bias (D,) of a layer norm."""
    wide = x.astype(np.float64)
    mean = float(wide.mean())
    variance = float(np.square(wide - mean).mean())
    scale = float(np.sqrt(variance + eps))
    normalized = (wide - mean) / scale
    return NormSteps(wide, mean, variance, scale, normalized, normalized * gamma + beta)

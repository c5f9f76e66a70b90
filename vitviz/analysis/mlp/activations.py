"""The nonlinearities of an MLP as formulas (GELU: Hendrycks and Gimpel 2016, arXiv 1606.08415)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
ERF = np.vectorize(math.erf, otypes=[np.float64])


def normal_cdf(x: Values) -> Values:
    """Phi(x) = (1 + erf(x / sqrt 2)) / 2, the share of a normal distribution below x."""
    values: Values = ERF(np.asarray(x) / math.sqrt(2))
    return (1 + values) / 2


def gelu(x: Values) -> Values:
    """x * Phi(x), the exact one."""
    return x * normal_cdf(x)


def gelu_tanh(x: Values) -> Values:
    """0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the approximation of the original code."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def quick_gelu(x: Values) -> Values:
    """x * sigmoid(1.702 x), CLIP's; written with tanh, which does not overflow."""
    return x * (1 + np.tanh(0.851 * x)) / 2


def relu(x: Values) -> Values:
    """max(x, 0)."""
    return np.maximum(x, 0.0)


ACTIVATIONS: dict[str, Callable[[Values], Values]] = {
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "quick_gelu": quick_gelu,
    "relu": relu,
}

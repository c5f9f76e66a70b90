"""Whether probabilities mean what they say, and one number that makes them. Arrays in, numbers out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities (N, K) of logits (N, K) divided by ``temperature``."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def negative_log_likelihood(logits: Floats, labels: Labels, temperature: float = 1.0) -> float:
    """Mean of -log p(label), in nats."""
    scaled = logits / temperature
    top = scaled.max(axis=1)
    total = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
    return float((total - scaled[np.arange(len(labels)), labels]).mean())


def expected_calibration_error(probabilities: Floats, labels: Labels, bins: int = 15) -> float:
    """Mean distance of confidence and accuracy over bins of confidence (Guo et al., arXiv 1706.04599)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    # Bins are open below and closed above, as in the paper: (0, 1/15], (1/15, 2/15], ...
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = [abs(float(right[index == i].sum() - confidence[index == i].sum())) for i in range(bins)]
    return sum(gaps) / max(1, len(labels))


def fit_temperature(logits: Floats, labels: Labels, low: float = 0.05, high: float = 20.0) -> float:
    """The temperature from ``low`` to ``high`` under which the labels are likeliest.

    It never changes which class wins. The likelihood is concave in 1 / temperature, so a golden-section search
    over that finds it.
    """
    golden = (math.sqrt(5) - 1) / 2
    a, b = 1 / high, 1 / low
    while b - a > 1e-6:
        left, right = b - golden * (b - a), a + golden * (b - a)
        if negative_log_likelihood(logits, labels, 1 / left) < negative_log_likelihood(
            logits, labels, 1 / right
        ):
            b = right
        else:
            a = left
    return 2 / (a + b)

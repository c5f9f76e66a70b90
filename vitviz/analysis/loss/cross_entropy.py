"""Softmax and cross-entropy of one picture's logits, step by step, and the gradient on the logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """exp(z / T) / sum exp(z / T), with the largest z subtracted first so that nothing overflows; (K,)."""
    z = logits.astype(np.float64) / temperature
    powers = np.exp(z - z.max())
    return powers / powers.sum()


@dataclass(frozen=True)
class CrossEntropy:
    """-log p[label]; all float64.

    ``powers`` (K,) are exp(z - largest), ``total`` their sum, ``lse`` = largest + log(total).
    ``probabilities`` (K,) are powers / total; ``gradient`` (K,) is dL/dz = p - y with y 1 at the label.
    """

    logits: NDArray[np.float64]
    label: int
    largest: float
    powers: NDArray[np.float64]
    total: float
    lse: float
    loss: float
    probabilities: NDArray[np.float64]
    gradient: NDArray[np.float64]

    def leading(self, count: int) -> list[int]:
        """The label, then the classes with the highest scores, ``count`` in all."""
        order = np.argsort(-self.logits, kind="stable").tolist()
        return [self.label, *(index for index in order if index != self.label)][:count]


def cross_entropy(logits: NDArray[np.floating], label: int) -> CrossEntropy:
    """The loss of one picture with the class ``label``, from its logits (K,)."""
    z = logits.astype(np.float64)
    largest = float(z.max())
    powers = np.exp(z - largest)
    total = float(powers.sum())
    lse = largest + float(np.log(total))
    probabilities = powers / total
    gradient = probabilities.copy()
    gradient[label] -= 1
    return CrossEntropy(z, label, largest, powers, total, lse, lse - float(z[label]), probabilities, gradient)

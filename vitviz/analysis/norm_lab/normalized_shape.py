"""What ``normalized_shape`` of ``nn.LayerNorm`` averages: one group of numbers for each index in front of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn


@dataclass(frozen=True)
class Groups:
    """A tensor normalised over its last axes. ``group`` has the shape of ``x`` and says which mean a cell has.

    ``mean`` and biased ``variance`` are (G,), one for each group; ``out`` is without gamma and beta; ``gap`` is the
    largest |difference| from ``nn.LayerNorm``. gamma and beta have the shape ``normalized_shape``.
    """

    normalized_shape: tuple[int, ...]
    group: NDArray[np.int64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    out: NDArray[np.float64]
    gap: float

    @property
    def size(self) -> int:
        """How many numbers share one mean; also how many numbers gamma has."""
        return math.prod(self.normalized_shape)


def groups(x: NDArray[np.float64], normalized_shape: tuple[int, ...], eps: float = 1e-5) -> Groups | str:
    """Normalise ``x`` with that ``normalized_shape``; torch's own error text where torch refuses."""
    try:
        # Without gamma and beta, which would be 1 and 0: for a shape as large as one can type they take all memory.
        norm = nn.LayerNorm(normalized_shape, eps=eps, elementwise_affine=False)
        torchs: NDArray[np.float64] = norm(torch.from_numpy(x)).detach().numpy()
    except (RuntimeError, TypeError, ValueError) as error:
        return str(error)
    rows = x.reshape(-1, math.prod(normalized_shape))  # (G, size): the last axes of x are the groups
    mean = rows.mean(axis=1)  # (G,)
    variance = np.square(rows - mean[:, None]).mean(axis=1)  # (G,)
    out = ((rows - mean[:, None]) / np.sqrt(variance + eps)[:, None]).reshape(x.shape)
    group = np.repeat(np.arange(len(rows)), rows.shape[1]).reshape(x.shape)
    return Groups(normalized_shape, group, mean, variance, out, float(np.abs(out - torchs).max()))


def refusal(shape: tuple[int, ...], asked: tuple[int, ...]) -> Literal["empty", "long", "first", "other"]:
    """Why torch refuses ``asked`` for a tensor of ``shape``.

    It is empty, longer than the shape, made of the first axes instead of the last, or of other sizes.
    """
    if not asked:
        return "empty"
    if len(asked) > len(shape):
        return "long"
    return "first" if asked == shape[: len(asked)] else "other"

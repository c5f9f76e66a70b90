"""One output number of the patch embedding, opened up as the sum of products that it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Term(NamedTuple):
    """One product of the sum; ``running`` is the sum of the listed products up to this one."""

    at: int
    place: tuple[int, int, int]
    pixel: float
    weight: float
    product: float
    running: float


@dataclass(frozen=True)
class Projection:
    """sum(pixels * weights) + bias for one patch and one output channel.

    ``pixels`` and ``weights`` are (C, P, P) float32 as the model has them; ``products`` (C, P, P) are exact, because
    two float32 numbers multiply without loss in float64.
    """

    pixels: NDArray[np.float32]
    weights: NDArray[np.float32]
    products: NDArray[np.float64]
    bias: float

    @property
    def sums(self) -> NDArray[np.float64]:
        """The sum of the products of every colour channel, (C,)."""
        total: NDArray[np.float64] = self.products.sum(axis=(1, 2))
        return total

    @property
    def value(self) -> float:
        """The output number, summed in float64."""
        return float(self.sums.sum() + self.bias)

    @property
    def running(self) -> NDArray[np.float64]:
        """The sum after each product in the order of the flattened vector, (C*P*P,); without the bias."""
        return self.products.ravel().cumsum()

    def largest(self, count: int) -> list[Term]:
        """The products furthest from 0, furthest first."""
        flat = self.products.ravel()
        order = np.argsort(-np.abs(flat), kind="stable")[:count]
        running = flat[order].cumsum()
        return [
            Term(
                int(i), self.place(int(i)), float(self.pixels.flat[i]), float(self.weights.flat[i]),
                float(flat[i]), float(so_far),
            )
            for i, so_far in zip(order, running, strict=True)
        ]  # fmt: skip

    def place(self, index: int) -> tuple[int, int, int]:
        """Where number ``index`` of the flattened vector stands: (channel, row, column)."""
        channel, row, column = np.unravel_index(index, self.products.shape)
        return int(channel), int(row), int(column)


def project(pixels: NDArray[np.float32], weights: NDArray[np.float32], bias: float) -> Projection:
    """Multiply one patch (C, P, P) with the weights (C, P, P) of one output channel."""
    return Projection(pixels, weights, pixels.astype(np.float64) * weights.astype(np.float64), bias)


def cut_patch(image: NDArray[np.float32], row: int, column: int, size: int) -> NDArray[np.float32]:
    """One patch (C, P, P) of a picture (C, H, W), by its place in the grid."""
    top, left = row * size, column * size
    return image[:, top : top + size, left : left + size]

"""What a level of the U would answer: the best linear reading of its tokens, fitted on other scenes.

Only the last map has a head of the network's own. For every other level a matrix is fitted by least squares (ridge)
from a token's channels to the shares of the classes in the pixels below it. So it says what can be read off that level
by one matrix, not what the network itself would say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.segmentation.answer import Mask
from vitviz.models.swin_unet import SwinUnet
from vitviz.tracing.interventions import Record

RIDGE = 1e-3  # of the mean variance of a channel
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Readouts:
    """For each map by name a matrix (C + 1, K), the last row its constants; ``scenes`` is what they were fitted on."""

    matrices: dict[str, Floats]
    scenes: int

    def scores(self, name: str, x: NDArray[np.float32]) -> Floats:
        """The shares of the classes that are read off tokens (h, w, C), (h, w, K)."""
        found: Floats = _with_ones(x) @ self.matrices[name]
        return found

    def read(self, name: str, x: NDArray[np.float32]) -> Mask:
        """The class with the largest share at every token, (h, w)."""
        return self.scores(name, x).argmax(axis=-1).astype(np.uint8)


def shares_below(classes: NDArray[np.uint8], side: tuple[int, int], num_classes: int) -> Floats:
    """How much of the pixels below each token has each class: (..., H, W) to (..., h, w, K)."""
    rows, columns = side
    *before, height, width = classes.shape
    cells = classes.reshape(*before, rows, height // rows, columns, width // columns)
    one_hot = np.eye(num_classes)[cells]  # (..., h, H/h, w, W/w, K)
    shares: Floats = one_hot.mean(axis=(-4, -2))
    return shares


def coarsest(classes: Mask, side: tuple[int, int], num_classes: int) -> Mask:
    """The most frequent class below each token, (h, w): no answer of that size can have more pixels right."""
    return shares_below(classes, side, num_classes).argmax(axis=-1).astype(np.uint8)


def enlarged(mask: Mask, size: tuple[int, int]) -> Mask:
    """Every token's class on all the pixels below it, (H, W)."""
    return mask.repeat(size[0] // mask.shape[0], axis=0).repeat(size[1] // mask.shape[1], axis=1)


def fit(
    network: SwinUnet, names: Sequence[str], batches: Iterator[tuple[Tensor, NDArray[np.uint8]]]
) -> Iterator[Readouts]:
    """Fit one matrix for each map on batches of pictures (B, 3, H, W) and classes (B, H, W): the fit so far."""
    squares: dict[str, Floats] = {}
    products: dict[str, Floats] = {}
    scenes = 0
    for images, classes in batches:
        record = Record(names.__contains__)
        with torch.no_grad():
            network(images, record)
        scenes += len(images)
        for name in names:
            x = record.tensors[name].numpy()  # (B, h, w, C)
            y = shares_below(classes, x.shape[1:3], network.config.num_classes)
            rows = _with_ones(x).reshape(-1, x.shape[-1] + 1)
            square, both = rows.T @ rows, rows.T @ y.reshape(len(rows), -1)
            squares[name] = squares.get(name, 0) + square
            products[name] = products.get(name, 0) + both
        yield Readouts({name: _solved(squares[name], products[name]) for name in names}, scenes)


def _with_ones(x: NDArray[np.float32]) -> Floats:
    return np.concatenate([x.astype(np.float64), np.ones((*x.shape[:-1], 1))], axis=-1)


def _solved(square: Floats, both: Floats) -> Floats:
    """The ridge regression's matrix; constants are not held small."""
    channels = len(square) - 1
    penalty = np.full(channels + 1, RIDGE * np.trace(square[:channels, :channels]) / channels)
    penalty[-1] = 0
    return np.asarray(np.linalg.solve(square + np.diag(penalty), both), np.float64)

"""One block of numbers, N pictures x C channels x T tokens, normalised over different axes.

Layer norm averages over the channels of one token (Ba et al. 2016, arXiv 1607.06450, eq. 4); batch norm over all
tokens of all pictures of one channel (Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1). Wu and He 2018 (arXiv
1803.08494, figure 2) draw the two on the same block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.tracing.segments import Network
    from vitviz.tracing.trace import Trace

LAYER_AXES = (1,)
BATCH_AXES = (0, 2)


class Normalised(NamedTuple):
    """Mean and biased variance of every group, averaged axes kept as 1, and (x - mean) / sqrt(variance + eps)."""

    mean: NDArray[np.floating]
    variance: NDArray[np.floating]
    out: NDArray[np.floating]


def normalise_over(x: NDArray[np.floating], axes: tuple[int, ...], eps: float) -> Normalised:
    """Normalise ``x`` (N, C, T) over ``axes``, in the precision of ``x``: without gamma and beta."""
    mean = x.mean(axis=axes, keepdims=True)  # (N, 1, T) for layer norm, (1, C, 1) for batch norm
    variance = np.square(x - mean).mean(axis=axes, keepdims=True)
    out = (x - mean) / np.sqrt(variance + eps)  # (N, C, T)
    return Normalised(mean, variance, out.astype(x.dtype))


class Moments(NamedTuple):
    """What picture 0 is normalised with: a mean and a variance for each token (layer norm) or channel (batch norm)."""

    mean: NDArray[np.floating]
    variance: NDArray[np.floating]

    def normalise(self, value: np.floating, at: int, eps: float) -> np.floating:
        """One value of picture 0, normalised with moments number ``at``, in their precision."""
        kind = self.mean.dtype.type
        normalised: np.floating = (value - self.mean[at]) / np.sqrt(self.variance[at] + kind(eps))
        return normalised


class Compared(NamedTuple):
    """Picture 0 in a batch and alone, by layer norm and by batch norm.

    The changes are the largest |difference| that the other pictures make to any number of picture 0; ``gaps`` are the
    largest from torch's own two modules over the whole batch. Only moments are kept: they are small.
    """

    layer: Moments
    batch: Moments
    layer_alone: Moments
    batch_alone: Moments
    layer_change: float
    batch_change: float
    gaps: tuple[float, float]


class ChannelChange(NamedTuple):
    """One number of picture 0, normalised alone and in its batch."""

    alone: float
    in_batch: float

    @property
    def change(self) -> float:
        """What the other pictures changed."""
        return self.in_batch - self.alone


class CellSteps(NamedTuple):
    """One number of picture 0 normalised in its batch: (value - mean) / sqrt(variance + eps) = out."""

    value: float
    mean: float
    variance: float
    out: float


def layer_normed(compared: Compared, value: np.floating, token: int, eps: float) -> ChannelChange:
    """A number of picture 0 that stands at ``token``, by layer norm."""
    return _change(compared.layer_alone, compared.layer, value, token, eps)


def batch_normed(compared: Compared, value: np.floating, channel: int, eps: float) -> ChannelChange:
    """A number of picture 0 in ``channel``, by batch norm."""
    return _change(compared.batch_alone, compared.batch, value, channel, eps)


def cell_steps(moments: Moments, value: np.floating, at: int, eps: float) -> CellSteps:
    """How one value of picture 0 is normalised with moments number ``at``."""
    out = float(moments.normalise(value, at, eps))
    return CellSteps(float(value), float(moments.mean[at]), float(moments.variance[at]), out)


def _change(alone: Moments, batch: Moments, value: np.floating, at: int, eps: float) -> ChannelChange:
    return ChannelChange(float(alone.normalise(value, at, eps)), float(batch.normalise(value, at, eps)))


def first_block_input(trace: Trace) -> NDArray[np.float32]:
    """The tokens of a run as they come into the first block, (C, T)."""
    one_picture(trace)
    x = trace[f"{trace.structure.steps()[0][0]}.resid_pre"]  # (1, N, D) or (1, h, w, D)
    return _channels_first(x)


def embed(network: Network, pixels: Tensor) -> NDArray[np.float32]:
    """The tokens that a model makes of one picture (1, 3, H, W) for its first block, (C, T)."""
    import torch

    with torch.inference_mode():
        return _channels_first(network.embed(pixels))


def _channels_first(x: Tensor) -> NDArray[np.float32]:
    """(1, ..., C) -> (C, T)."""
    return to_numpy(x.flatten(1, -2)[0].T.contiguous())


def compare(x: NDArray[np.float32], eps: float) -> Compared:
    """Normalise a batch ``x`` (N, C, T) both ways, and its picture 0 alone, beside torch's modules while they train."""
    moments: list[Moments] = []
    changes: list[float] = []
    gaps: list[float] = []
    for axes, torchs in zip((LAYER_AXES, BATCH_AXES), torchs_own(x, eps), strict=True):
        whole, alone = normalise_over(x, axes, eps), normalise_over(x[:1], axes, eps)
        moments += [_of_picture_0(whole), _of_picture_0(alone)]
        changes.append(_largest(whole.out[0] - alone.out[0]))
        gaps.append(_largest(whole.out - torchs))
    layer, layer_alone, batch, batch_alone = moments
    return Compared(layer, batch, layer_alone, batch_alone, changes[0], changes[1], (gaps[0], gaps[1]))


def _of_picture_0(of: Normalised) -> Moments:
    return Moments(of.mean[0].ravel().copy(), of.variance[0].ravel().copy())


def _largest(difference: NDArray[np.floating]) -> float:
    return float(np.abs(difference).max())


def torchs_own(x: NDArray[np.floating], eps: float) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """``nn.LayerNorm(C)`` and ``nn.BatchNorm1d(C)`` in training mode on ``x`` (N, C, T), without gamma and beta."""
    import torch
    from torch import nn

    block = torch.from_numpy(np.ascontiguousarray(x))
    channels = x.shape[1]
    layer_norm = nn.LayerNorm(channels, eps=eps, elementwise_affine=False)
    batch_norm = nn.BatchNorm1d(channels, eps=eps, affine=False, dtype=block.dtype).train()
    with torch.no_grad():
        layer = layer_norm(block.transpose(1, 2)).transpose(1, 2)  # (N, T, C) inside, (N, C, T) outside
        batch = batch_norm(block)
    return layer.numpy(), batch.numpy()

"""What a loss sends back: its gradient at every block's input and at the pixels, and its share on each patch.

The chain rule, segment by segment from the end: each part of the network runs once more with a graph, from the input
that the trace kept, and turns the gradient at its output into the one at its input. That is torch's own backward pass
with one block's memory, and it can be watched and stopped between two blocks.
Maps: Simonyan et al. 2013, arXiv 1312.6034; gradient x input: Shrikumar et al. 2016, arXiv 1605.01713.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.loss.cross_entropy import cross_entropy
from vitviz.probe import Chain
from vitviz.tracing.arrays import to_numpy, wide
from vitviz.tracing.guards import one_picture
from vitviz.tracing.interventions import Except, Gradients
from vitviz.tracing.segments import EMBED
from vitviz.tracing.trace import Trace


class GradientDepth(NamedTuple):
    """The lengths of all tokens' gradients (N,) at one tensor; ``grid`` is the map of the patches there."""

    name: str
    grid: tuple[int, int]
    lengths: NDArray[np.float64]


class Saliency(NamedTuple):
    """One number a patch, (N,) each, and the gradient's lengths at every block's input from the first to the last."""

    embed_length: NDArray[np.float64]
    pixel_length: NDArray[np.float64]
    embed_product: NDArray[np.float64]
    pixel_product: NDArray[np.float64]
    depths: tuple[GradientDepth, ...]


@dataclass
class BackwardPass:
    """Sends the gradient of a label's loss back, segment by segment, so that it can be watched and stopped."""

    trace: Trace
    label: int
    depths: list[GradientDepth] = field(default_factory=list)
    last: dict[str, Tensor] = field(default_factory=dict)

    def steps(self) -> Iterator[str]:
        """The name of each tensor whose gradient is known, the last one first."""
        loss = cross_entropy(to_numpy(self.trace.logits), self.label)
        gradient = torch.from_numpy(loss.gradient).to(self.trace.logits).unsqueeze(0)  # (1, K)
        for name, value in backward(self.trace, gradient):
            if name in ("embed", "image"):
                self.last[name] = value
            else:
                self.depths.append(GradientDepth(name, _grid(self.trace, value), token_lengths(value)))
            yield name

    def saliency(self) -> Saliency:
        """What was found, once ``steps`` has run out."""
        image, embed, size = self.trace["image"], self.trace["embed"], self.trace.config.patch_size
        return Saliency(
            embed_length=token_lengths(self.last["embed"]),
            pixel_length=patch_lengths(self.last["image"], size),
            embed_product=token_products(self.last["embed"], embed),
            pixel_product=patch_products(self.last["image"], image, size),
            depths=tuple(reversed(self.depths)),
        )


def backward(trace: Trace, gradient: Tensor) -> Iterator[tuple[str, Tensor]]:
    """From the gradient on the logits (1, K) to those at every segment's input, last first, each with its name.

    The last two are ``embed``, the patch embeddings, and ``image``, the normalised pixels (1, C, H, W).
    """
    one_picture(trace)
    for segment in reversed(trace.segments):
        names = {"embed", segment.input_name} if segment.name == EMBED else {segment.input_name}
        kept = Gradients(frozenset(names))
        x = kept(segment.input_name, trace.kept[segment.input_name].detach())
        others = Gradients(frozenset(names - {segment.input_name}), kept.tensors)
        probe = Chain((Except(trace.repeatable_intervention(), (segment.input_name,)), others))
        with torch.enable_grad():
            out = segment.run(trace.network, trace.kept, probe, x)
            found = kept.of((out * gradient).sum())
        for name in sorted(names):
            yield name, found[name]
        gradient = found[segment.input_name]


def token_lengths(gradient: Tensor) -> NDArray[np.float64]:
    """The length of every token's gradient: (1, ..., D) -> (N,)."""
    return torch.linalg.vector_norm(wide(gradient), dim=-1).flatten().numpy()


def patch_lengths(gradient: Tensor, size: int) -> NDArray[np.float64]:
    """The length of the pixels' gradient in every patch: (1, C, H, W) -> (N,)."""
    squares = _per_patch(wide(gradient).square(), size)
    return np.sqrt(squares)


def token_products(gradient: Tensor, x: Tensor) -> NDArray[np.float64]:
    """gradient . x for every token: two of (1, ..., D) -> (N,)."""
    return (wide(gradient) * wide(x)).sum(dim=-1).flatten().numpy()


def patch_products(gradient: Tensor, image: Tensor, size: int) -> NDArray[np.float64]:
    """The sum of gradient x pixel in every patch: two of (1, C, H, W) -> (N,)."""
    return _per_patch(wide(gradient) * wide(image), size)


def _grid(trace: Trace, x: Tensor) -> tuple[int, int]:
    """Rows and columns of the patches in (1, h, w, D) or, with prefix tokens before them, in (1, N, D)."""
    return (x.shape[1], x.shape[2]) if x.ndim == 4 else trace.patch_grid


def _per_patch(values: Tensor, size: int) -> NDArray[np.float64]:
    """Sums over colours and the pixels of each patch; a side that ``size`` does not divide ends in a smaller patch."""
    flat = values.sum(dim=1)  # (1, H, W)
    flat = torch.nn.functional.pad(flat, (0, -flat.shape[2] % size, 0, -flat.shape[1] % size))
    blocks = flat.unflatten(2, (-1, size)).unflatten(1, (-1, size))  # (1, h, P, w, P)
    return blocks.sum(dim=(2, 4)).flatten().numpy()

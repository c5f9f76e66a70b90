"""Probes that make a run of one picture a run of many, each without another head; and one that ends with what is read.

A network's code is written for any number of pictures. So a probe that gets ``z`` of one picture and returns it R
times, each time without another head, makes the rest of the same run a batch of R: the parts below are shared, and
what is added to the stream broadcasts over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from vitviz.models.vit import VisionTransformer
from vitviz.tracing.segments import Network

# What is put in for a part: nothing, its mean over the tokens of this picture (in a Swin's head over those of each
# window), or its mean over the tokens of several pictures.
How = Literal["zero", "mean", "samples"]


class _Waits:
    """A probe that needs nothing that is not made anyway."""

    def wants(self, name: str) -> bool:
        """Nothing is needed."""
        return False


@dataclass(frozen=True)
class HeadsOut(_Waits):
    """From ``z`` of one block on, row r of the batch is the run without head ``heads[r]``.

    ``constant`` (1, H, 1, d) is what ``samples`` puts in.
    """

    name: str
    heads: tuple[int, ...]
    how: How
    constant: Tensor | None = None

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """(W, H, N, d) -> (R*W, H, N, d), the windows of a row after one another; other tensors pass."""
        if name != self.name:
            return tensor
        instead = _instead(self.how, tensor, 2, self.constant)  # (W, H, N, d)
        rows = tensor.expand(len(self.heads), *tensor.shape).clone()  # (R, W, H, N, d)
        for row, head in enumerate(self.heads):
            rows[row, :, head] = instead[:, head]
        return rows.flatten(0, 1)  # (R*W, H, N, d)


@dataclass(frozen=True)
class MlpOut(_Waits):
    """What the MLP of one block adds is replaced; ``constant`` (1, 1, D) is what ``samples`` puts in."""

    name: str
    how: How
    constant: Tensor | None = None

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """(1, N, D) or (1, h, w, D), same shape; other tensors pass."""
        if name != self.name:
            return tensor
        rows = tensor.flatten(1, -2)  # (1, N, D)
        return _instead(self.how, rows, 1, self.constant).reshape(tensor.shape)


@dataclass(frozen=True)
class ReadOnly(_Waits):
    """In the last block, only the tokens that the head reads go on to the MLP; one alone goes on behind ``z``.

    What the out-projection and the MLP make of the others is work that no class score sees. ``tokens`` is how many of
    the first ones are read, None where all are.
    """

    last: str
    tokens: int | None

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """(R, H, N, d) -> (R, H, 1, d) and (R, N, D) -> (R, T, D) in the last block; other tensors pass."""
        if self.tokens == 1 and name == f"{self.last}.z":
            # Added to the stream this one token broadcasts to all: what is not its own row goes in the next line.
            return tensor[:, :, :1]  # (R, H, 1, d)
        if self.tokens is not None and name == f"{self.last}.resid_mid":
            return tensor[:, : self.tokens]  # (R, T, D)
        return tensor


def read_only(network: Network) -> ReadOnly:
    """The probe for a network: of a ViT that reads its class token, the prefix tokens go on alone."""
    last = network.steps()[-1][0]
    if isinstance(network, VisionTransformer) and network.config.pool == "token":
        return ReadOnly(last, 1 + network.config.distillation_token)
    return ReadOnly(last, None)


def _instead(how: How, x: Tensor, tokens: int, constant: Tensor | None) -> Tensor:
    """What stands in for ``x``, shaped as it is; ``tokens`` is the number of the axis of its tokens."""
    if how == "zero":
        return torch.zeros_like(x)
    if how == "mean":
        return x.mean(dim=tokens, keepdim=True).expand_as(x)
    if constant is None:
        raise ValueError("'samples' needs the run whose mean is put in")
    return constant.expand_as(x)

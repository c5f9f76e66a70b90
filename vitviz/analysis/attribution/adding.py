"""What stands between the last linear map of an attention or an MLP and the stream that its output is added to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, cast

import torch
from torch import Tensor

from vitviz.models.layers import LayerNorm
from vitviz.tracing.arrays import wide
from vitviz.tracing.blocks import BlockTrace


@dataclass(frozen=True)
class Adding:
    """LayerScale, or the layer norm of a Swin v2 and some ViTs, or both.

    A map's output y becomes (y - mean(y)) / scale * gain + shift, with the run's ``scale`` (N,) frozen; without a layer
    norm y * gain. ``shift`` is 0 there.
    """

    gain: Tensor
    shift: Tensor
    scale: Tensor | None = None

    def read(self, direction: Tensor) -> Tensor:
        """The direction (D,) of y that is worth what ``direction`` is worth in the stream."""
        direction = self.gain * direction  # (D,)
        return direction if self.scale is None else direction - direction.mean()

    def write(self, y: Tensor) -> Tensor:
        """What outputs (..., D), already divided by the scale, become in the stream; the shift is not in it."""
        return (y if self.scale is None else y - y.mean(dim=-1, keepdim=True)) * self.gain  # (..., D)

    def weights(self, shares: Tensor) -> Tensor:
        """A reader's share of every token (N,), divided by the scale."""
        return shares if self.scale is None else shares / self.scale  # (N,)


class Tensors(Protocol):
    """A block's tensors by short name."""

    def __getitem__(self, name: str) -> Tensor:
        """One of them."""
        ...


def has_layer_scale(block: BlockTrace) -> bool:
    """Whether learned factors, one a channel, multiply what the block's attention and MLP add."""
    return hasattr(getattr(block.module, "ls1", None), "gamma")


def adding_of(block: BlockTrace, half: Literal["1", "2"], tensors: Tensors) -> Adding:
    """What stands behind the attention ("1") or the MLP ("2") of a block; ``tensors`` are its own by short name."""
    module = block.module
    gamma = getattr(getattr(module, f"ls{half}", None), "gamma", None)
    gain = torch.ones(1, dtype=torch.float64) if gamma is None else wide(cast(Tensor, gamma))
    before_norm = "attn_before_norm" if half == "1" else "mlp_before_norm"
    if f"{block.name}.{before_norm}" not in block.trace:
        return Adding(gain, torch.zeros_like(gain))
    norm = cast(LayerNorm, getattr(module, f"norm{half}"))
    scale = wide(tensors[f"ln{half}.scale"]).flatten()  # (N,)
    return Adding(wide(norm.weight) * gain, wide(norm.bias) * gain, scale)

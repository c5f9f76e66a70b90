"""The same picture in memory in two orders: channels first (NCHW) and channels last (NHWC)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Order = Literal["NCHW", "NHWC"]
FORMATS = {"NCHW": torch.contiguous_format, "NHWC": torch.channels_last}
AXES = "NCHW"


@dataclass(frozen=True)
class Layout:
    """How a tensor of ``shape`` (N, C, H, W) lies in memory.

    ``strides`` are elements to the next index of each axis, ``itemsize`` bytes of an element, and ``memory`` what the
    storage holds from its first address to its last.
    """

    order: Order
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    itemsize: int
    memory: NDArray[np.float32]

    @property
    def byte_strides(self) -> tuple[int, ...]:
        """Strides in bytes."""
        return tuple(stride * self.itemsize for stride in self.strides)

    @property
    def fastest(self) -> str:
        """The axis whose index moves fastest along the memory: of those longer than 1, the one of smallest stride."""
        moving = [
            (stride, axis) for stride, axis, n in zip(self.strides, AXES, self.shape, strict=True) if n > 1
        ]
        return min(moving)[1]

    def address(self, *index: int) -> int:
        """Where in ``memory`` the element (n, c, h, w) lies."""
        return sum(i * stride for i, stride in zip(index, self.strides, strict=True))


def layouts(image: Tensor) -> tuple[Layout, Layout]:
    """Both layouts of ``image`` (N, C, H, W) float32, as torch lays them: contiguous, and channels last."""
    return _layout(image, "NCHW"), _layout(image, "NHWC")


def _layout(image: Tensor, order: Order) -> Layout:
    # A clone, or torch may hand back a view into something larger, whose memory is not this picture's.
    laid = image.clone(memory_format=FORMATS[order])
    memory = torch.as_strided(laid, (laid.numel(),), (1,)).numpy()  # (N*C*H*W,) from the first address on
    return Layout(order, tuple(laid.shape), laid.stride(), laid.element_size(), memory)

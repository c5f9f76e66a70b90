"""Tensors of a run, on whatever device and in whatever number type, as numpy arrays and as float64 on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor


def to_numpy(x: Tensor) -> NDArray[Any]:
    """The tensor as numpy has it, without a copy where it is in the CPU's memory; bfloat16 and float16 as float32."""
    x = x.detach().cpu()
    array: NDArray[Any] = (x.float() if x.is_floating_point() and x.element_size() == 2 else x).numpy()
    return array


def wide(x: Tensor) -> Tensor:
    """The tensor in float64, in the CPU's memory: what a method that adds many numbers up computes with."""
    return x.detach().cpu().double()

"""Multiply-adds counted while a real block runs: every linear layer, matrix product and attention kernel in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import FrameType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from vitviz import models
from vitviz.probe import no_probe
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace

MODELS_FOLDER = str(Path(models.__file__).parent)
ATTENTION = frozenset({"Attention.forward", "CosineAttention.forward", "fused_attention", "attention_scores"})


@dataclass(frozen=True)
class Product:
    """One call that multiplies and adds: where it stands, what went in, what came out, and how often it multiplied.

    ``function`` and ``line`` are those of ``vitviz/models``, ``code`` is that line.
    """

    function: str
    line: int
    operation: str
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    multiply_adds: int

    @property
    def in_attention(self) -> bool:
        """Whether it belongs to the attention and not to the MLP or the patch embedding."""
        return self.function in ATTENTION


class Counting(TorchFunctionMode):
    """Notes every call that multiplies and adds while it is on; passes every result on as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.products: list[Product] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run the call, then note it if it is a product."""
        result = func(*args, **(kwargs or {}))
        count = _multiply_adds(func, args, result)
        if count is not None:
            frame = _model_frame(sys._getframe(1))
            self.products.append(
                Product(
                    frame.f_code.co_qualname if frame else "",
                    frame.f_lineno if frame else 0,
                    getattr(func, "__name__", "?").strip("_"),
                    tuple(tuple(x.shape) for x in args if isinstance(x, Tensor)),
                    tuple(result.shape),
                    count,
                )
            )
        return result


def count_block(trace: Trace, step: str) -> tuple[Product, ...]:
    """Run one block of a trace again on its kept input and count every product in it."""
    one_picture(trace)
    segment = next(segment for segment in trace.segments if segment.name == step)
    counting = Counting()
    with counting:
        trace.run_again(segment, no_probe)
    return tuple(counting.products)


def attention_total(products: Iterable[Product]) -> int:
    """Multiply-adds of the attention alone: q, k, v, q k^T, A v and the output projection."""
    return sum(product.multiply_adds for product in products if product.in_attention)


def _multiply_adds(func: Callable[..., Any], args: Any, result: Any) -> int | None:
    """None for a call that is no product. A (n, k) by (k, m) product takes n * k * m of them."""
    if func is F.linear:
        return int(result.numel() * args[1].shape[1])  # weight (out, in)
    if func in (torch.matmul, Tensor.matmul, Tensor.__matmul__, torch.bmm):
        return int(result.numel() * args[0].shape[-1])
    if func is F.scaled_dot_product_attention:
        q, k, v = args[:3]  # (B, H, Nq, d), (B, H, N, d), (B, H, N, d)
        return prod(q.shape[:-1]) * k.shape[-2] * (q.shape[-1] + v.shape[-1])
    if func in (F.conv2d, torch.conv2d):
        return int(result.numel() * args[1][0].numel())  # weight (out, in, rows, columns)
    return None


def _model_frame(frame: FrameType | None) -> FrameType | None:
    while frame is not None and not frame.f_code.co_filename.startswith(MODELS_FOLDER):
        frame = frame.f_back
    return frame

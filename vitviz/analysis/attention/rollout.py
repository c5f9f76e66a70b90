"""Attention rollout (Abnar and Zuidema 2020, arXiv 2005.00928, section 3): attention followed through the layers.

Each layer passes on half of what a token is and half of what it looks at; the product over the layers says how much of
each input token has arrived at each output token. Values, MLPs and norms are left out, and it is of no class.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.guards import one_picture
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace


def rollout(patterns: Iterable[Tensor]) -> Tensor:
    """The product of (A + I) / 2 over the layers, rows normalised to sum 1: (N, N), [output token, input token].

    ``patterns`` are the mean over heads of each layer, (N, N), first layer first. They are taken one by one, so a
    generator keeps two matrices and their product alive.

    Raises:
        ValueError: if there is no layer.
    """
    rolled: Tensor | None = None
    for pattern in patterns:
        layer = (pattern + torch.eye(len(pattern), dtype=pattern.dtype, device=pattern.device)) / 2  # (N, N)
        layer /= layer.sum(dim=-1, keepdim=True)
        rolled = layer if rolled is None else layer @ rolled  # (N, N)
    if rolled is None:
        raise ValueError("a rollout needs at least one layer")
    return rolled


def trace_rollout(trace: Trace, start: int = 0, end: int | None = None) -> Tensor:
    """``rollout`` of a ViT's layers from number ``start`` to before number ``end`` (all that follow), (N, N) float32.

    Raises:
        ValueError: for a Swin, whose maps change size and whose windows see a part of them, or for no layers.
    """
    one_picture(trace)
    if trace.swin_blocks:
        raise ValueError("attention rollout needs layers that see every token: a ViT, not a Swin")
    return rollout(mean_over_heads(block) for block in trace.blocks[start:end])


def mean_over_heads(block: BlockTrace) -> Tensor:
    """The mean of all heads' patterns of a ViT block, (N, N), one head at a time.

    Raises:
        ValueError: for a block of a Swin.
    """
    if isinstance(block, SwinBlockTrace):
        raise ValueError("the heads of a Swin block have a pattern for every window")
    total = block.pattern(head=0).detach().float().clone()  # (N, N)
    for head in range(1, block.num_heads):
        total += block.pattern(head)
    return total / block.num_heads

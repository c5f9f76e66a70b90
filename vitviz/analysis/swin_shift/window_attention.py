"""One window's attention in a real Swin block, with and without the mask, for any way to cut the block's map."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from vitviz.models import windows
from vitviz.models.swin import SwinBlock
from vitviz.models.swin_v2 import SwinV2Block
from vitviz.models.windows import WindowGrid
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.interventions import Edit, Record
from vitviz.tracing.trace import Trace


class TwoPatterns(NamedTuple):
    """Attention weights of one window, [head, query, key], each (H, M*M, M*M); every row sums to 1."""

    masked: Tensor
    unmasked: Tensor


def window_attention(block: SwinBlock, x: Tensor, grid: WindowGrid, window: int) -> TwoPatterns:
    """Run the block's own weights on one window of its input ``x`` (1, h, w, C), cut as ``grid`` says.

    Raises:
        ValueError: if the block's bias table is for smaller windows than the grid's.
    """
    with torch.no_grad():
        y = x if isinstance(block, SwinV2Block) else block.norm1(x)  # (1, h, w, C)
        y = windows.to_windows(y, grid)[window : window + 1]  # (1, M*M, C)
        bias = block.attn.relative_position_bias(grid.window)  # (H, M*M, M*M)
        mask = windows.attention_mask(grid, block.config.masked_score)  # (W, M*M, M*M)
        unmasked = _pattern(block, y, bias, None)
        if mask is None:
            return TwoPatterns(unmasked, unmasked)
        return TwoPatterns(_pattern(block, y, bias, mask[window : window + 1].to(y)), unmasked)


def _pattern(block: SwinBlock, y: Tensor, bias: Tensor, mask: Tensor | None) -> Tensor:
    record = Record(lambda name: name == "pattern")
    block.attn(y, record, bias, mask)
    return record.tensors["pattern"][0]  # (H, M*M, M*M)


class WithoutMask(NamedTuple):
    """A run with every attention mask set to 0, in ``blocks`` blocks, beside the run that was.

    ``gap`` is the largest |difference| of the class scores, ``scale`` the largest |score| of the run that was;
    ``before`` and ``after`` are the classes that win.
    """

    blocks: int
    gap: float
    scale: float
    before: int
    after: int


def run_without_mask(trace: Trace) -> WithoutMask:
    """Run the network again where strangers meet in all shifted windows, and compare the class scores."""
    logits = logits_without_mask(trace)
    return WithoutMask(
        sum(block.grid.shift > 0 for block in trace.swin_blocks),
        float((logits - trace.logits).abs().max()), float(trace.logits.abs().max()),
        int(trace.logits.argmax()), int(logits.argmax()),
    )  # fmt: skip


def logits_without_mask(trace: Trace) -> Tensor:
    """Class scores (K,) of the same run with every attention mask set to 0: strangers meet in all shifted windows."""
    one_picture(trace)
    with_classes(trace.config)
    masks = {name for name in trace.names() if name.endswith(".attn_mask")}
    edit = Edit(dict.fromkeys(masks, torch.zeros_like))
    with torch.no_grad():
        return trace.network(trace.kept["image"], edit)[0]  # (K,)

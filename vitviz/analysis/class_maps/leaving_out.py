"""Attention maps without the tokens that models keep for themselves: prefix tokens, and patches of large norm.

Registers and, in models without them, a few patches of the background collect what is of the whole picture and draw
much attention wherever they lie (Darcet et al. 2023, arXiv 2309.16588; Jiang et al. 2025, arXiv 2506.08010). A map that
follows attention can leave them out as keys: nobody looks at them, whatever looked at them is lost.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import torch
from torch import Tensor

from vitviz.analysis.layer_norm.large_norms import large_norms
from vitviz.tracing.arrays import to_numpy, wide
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.trace import Trace

Kind = Literal["prefix", "high_norm"]
KINDS: tuple[Kind, ...] = ("prefix", "high_norm")


def high_norm_patches(trace: Trace) -> tuple[int, ...]:
    """The patch tokens of a ViT whose norm at the last block's output is more than twice the median of the patches.

    None for a Swin, whose maps change size: no token goes through all of it.
    """
    last = trace.blocks[-1]
    if trace.swin_blocks:
        return ()
    stream = wide(trace[f"{last.name}.resid_post"])[0, last.num_prefix :]  # (h*w, D)
    norms = to_numpy(torch.linalg.vector_norm(stream, dim=-1))  # (h*w,)
    return tuple(sorted(last.num_prefix + token for token in large_norms(norms).tokens))


def left_out(trace: Trace, without: Collection[Kind]) -> tuple[int, ...]:
    """The tokens that are left out as keys.

    Raises:
        ValueError: for a kind that there is not.
    """
    if unknown := set(without) - set(KINDS):
        raise ValueError(f"what can be left out is {' and '.join(KINDS)}, not {sorted(unknown)[0]!r}")
    prefix = tuple(range(trace.config.num_prefix)) if "prefix" in without else ()
    return (*prefix, *(high_norm_patches(trace) if "high_norm" in without else ()))


def keys_of(block: BlockTrace, tokens: tuple[int, ...]) -> Tensor:
    """The token at each place of each window as it is looked at, (W, M): -1 for padding and for those left out."""
    if not tokens:
        return block.tokens
    chosen = torch.tensor(tokens)
    return torch.where(torch.isin(block.tokens, chosen), -1, block.tokens)

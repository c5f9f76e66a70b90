"""How many hidden units are silent, as one number a block: of a chosen token, and of all tokens together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from vitviz.analysis.stream.residual_stream import StreamBlock

Share = Literal["negative", "near_zero"]
SHARES: tuple[Share, ...] = ("negative", "near_zero")


class ShareOverDepth(NamedTuple):
    """A share of hidden units at every block: of the chosen token, and its mean over all tokens."""

    chosen: list[float]
    mean: list[float]


def share_over_depth(blocks: Sequence[StreamBlock], tokens: Sequence[int], share: Share) -> ShareOverDepth:
    """``tokens`` is the chosen one as each block counts it."""
    values = [getattr(block.sparsity, share) for block in blocks]
    chosen = [float(value[token]) for value, token in zip(values, tokens, strict=True)]
    return ShareOverDepth(chosen, [float(value.mean()) for value in values])

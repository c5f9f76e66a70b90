"""What ``StreamPass`` found, as one number a block: of a chosen token, and of all tokens together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from vitviz.analysis.stream.residual_stream import StreamBlock

Share = Literal["negative", "near_zero"]
Length = Literal["after", "attention", "mlp"]
SHARES: tuple[Share, ...] = ("negative", "near_zero")
LENGTHS: tuple[Length, ...] = ("after", "attention", "mlp")


class ShareOverDepth(NamedTuple):
    """A share of hidden units at every block: of the chosen token, and its mean over all tokens."""

    chosen: list[float]
    mean: list[float]


def share_over_depth(blocks: Sequence[StreamBlock], tokens: Sequence[int], share: Share) -> ShareOverDepth:
    """``tokens`` is the chosen one as each block counts it."""
    values = [getattr(block.sparsity, share) for block in blocks]
    chosen = [float(value[token]) for value, token in zip(values, tokens, strict=True)]
    return ShareOverDepth(chosen, [float(value.mean()) for value in values])


def length_of_token(blocks: Sequence[StreamBlock], tokens: Sequence[int], length: Length) -> list[float]:
    """The length of one token's vector at every block; ``tokens`` is that token as each block counts it."""
    return [float(getattr(block, length)[token]) for block, token in zip(blocks, tokens, strict=True)]


def mean_length(blocks: Sequence[StreamBlock], prefix: int, length: Length) -> list[float]:
    """The mean length over the patches at every block, without the ``prefix`` tokens before them."""
    return [float(np.mean(getattr(block, length)[prefix:])) for block in blocks]


def stage_starts(blocks: Sequence[StreamBlock]) -> dict[int, int]:
    """Number of the first block of every stage but the first -> number of the stage."""
    return {i: b.stage for i, b in enumerate(blocks) if i and b.stage != blocks[i - 1].stage}

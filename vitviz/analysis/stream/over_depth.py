"""What ``StreamPass`` found, as one number a block: of a chosen token, and of all tokens together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from vitviz.analysis.stream.residual_stream import StreamBlock

Length = Literal["after", "attention", "mlp"]
LENGTHS: tuple[Length, ...] = ("after", "attention", "mlp")


def length_of_token(blocks: Sequence[StreamBlock], tokens: Sequence[int], length: Length) -> list[float]:
    """The length of one token's vector at every block; ``tokens`` is that token as each block counts it."""
    return [float(getattr(block, length)[token]) for block, token in zip(blocks, tokens, strict=True)]


def mean_length(blocks: Sequence[StreamBlock], prefix: int, length: Length) -> list[float]:
    """The mean length over the patches at every block, without the ``prefix`` tokens before them."""
    return [float(np.mean(getattr(block, length)[prefix:])) for block in blocks]


def stage_starts(blocks: Sequence[StreamBlock]) -> dict[int, int]:
    """Number of the first block of every stage but the first -> number of the stage."""
    return {i: b.stage for i, b in enumerate(blocks) if i and b.stage != blocks[i - 1].stage}

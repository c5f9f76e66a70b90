"""One attention weight from a query and a key: their product, the score, the softmax (arXiv 1706.03762, equation 1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.blocks import BlockTrace


@dataclass(frozen=True)
class OneWeight:
    """How much a query takes of one key.

    ``query``, ``key`` and ``products`` are (d,). The score is ``dot`` / sqrt(d) + ``bias``, which is 0 where the block
    has none; ``others`` is the sum of exp(score - largest score) over all keys, ``weight`` this key's share of it.
    ``computed`` is the weight that torch computed.
    """

    query: NDArray[np.float32]
    key: NDArray[np.float32]
    products: NDArray[np.float64]
    scaled: float
    bias: float
    largest: float
    others: float
    computed: float

    @property
    def dot(self) -> float:
        """q . k in float64."""
        return float(self.products.sum())

    @property
    def score(self) -> float:
        """What goes into the softmax."""
        return self.scaled + self.bias

    @property
    def weight(self) -> float:
        """exp(score - largest) / others."""
        return float(np.exp(self.score - self.largest) / self.others)


def open_weight(block: BlockTrace, head: int, query: int, key: int) -> OneWeight:
    """The weight with which token ``query`` takes from token ``key`` in one head of a block of a ViT."""
    q, k = to_numpy(block["q"][0, head, query]), to_numpy(block["k"][0, head, key])  # (d,) each
    addends = block.addends(head, query)
    scores = block.scores(head, query).double()  # (N,)
    largest = float(scores.max())
    return OneWeight(
        q, k, q.astype(np.float64) * k.astype(np.float64), float(addends.qk[key]),
        0.0 if addends.bias is None else float(addends.bias[key]), largest,
        float((scores - largest).exp().sum()), float(block.pattern(head, query)[key]),
    )  # fmt: skip


def rank(weights: NDArray[np.floating], key: int) -> int:
    """Which place a key has by its weight, from 1: weights (N,)."""
    return int((weights > weights[key]).sum()) + 1

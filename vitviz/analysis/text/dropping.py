"""Dropout switched on while BERT answers: the same question many times, each time without other numbers.

Where the authors have it (their ``hidden_dropout_prob`` and ``attention_probs_dropout_prob``): after the norm of the
embeddings, on what attention and MLP add, and on the attention weights after the softmax. What stays grows by
1 / (1 - p), so that the mean is what it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

if TYPE_CHECKING:
    from vitviz.analysis.text.rows import Row
    from vitviz.models.bert import Bert

DROPPED = ("full_embed", "attn_out", "mlp_out", "pattern")


class Dropout:
    """A probe that drops numbers where BERT's authors do."""

    def __init__(self, share: float, generator: Generator) -> None:
        self.share = share
        self.generator = generator

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Drop ``share`` of the numbers of a tensor that is among ``DROPPED``."""
        if name.rsplit(".", 1)[-1] not in DROPPED:
            return tensor
        kept = torch.rand(tensor.shape, generator=self.generator) >= self.share
        return tensor * kept / (1 - self.share)

    def wants(self, name: str) -> bool:
        """The attention weights are made one by one, so that some can be dropped."""
        return name.endswith("pattern")


@torch.no_grad()
def answers(bert: Bert, row: Row, place: int, share: float, runs: int, seed: int) -> Tensor:
    """The probabilities (runs, V) of all pieces at a place, each run under other dropped numbers."""
    probe = Dropout(share, Generator().manual_seed(seed))
    tokens, segments = row.tokens.expand(runs, -1), row.segment_ids.expand(runs, -1)  # (R, N)
    stream = bert.read(tokens, segments, probe)  # (R, N, D)
    return bert.hidden_words(stream[:, place]).softmax(dim=-1)

"""One attention of a DETR trace: of the map's places, of the queries, or of the queries to the map."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.tracing.blocks import BlockTrace


@dataclass(frozen=True, eq=False)
class DetrBlockTrace(BlockTrace):
    """One attention of a DETR trace. All of them count tokens alike: the queries first, then the map row by row.

    So one place can be followed through encoder, decoder and cross-attention. Patterns are [query, key] and no square
    where the queries look at the map: (Q, N).
    """

    @property
    def num_queries(self) -> int:
        """Q, the object queries."""
        return int(self.trace["query_embed"].shape[1])

    @property
    def prefix_names(self) -> tuple[str, ...]:
        """The object queries, which stand before the patches: ``query0``, ``query1`` and so on."""
        return tuple(f"query{i}" for i in range(self.num_queries))

    @property
    def tokens(self) -> Tensor:
        """The tokens that are looked at, (1, Kk): the queries in a decoder's self-attention, else the map."""
        queries = torch.arange(self.num_queries).unsqueeze(0)  # (1, Q)
        if self.name.startswith("decoder.") and not self.attention:
            return queries
        return torch.arange(self.num_queries, self.num_tokens).unsqueeze(0)  # (1, N)

    @property
    def query_tokens(self) -> Tensor:
        """The tokens that look, (1, Kq): the map in the encoder, else the queries."""
        return torch.arange(self.num_queries).unsqueeze(0) if self.attention else self.tokens

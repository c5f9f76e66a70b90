"""One attention of a run on rows of tokens: words, pieces of words, or choices."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.tracing.blocks import Addends, BlockTrace, one_of_each, without_axes


@dataclass(frozen=True, eq=False)
class SequenceBlockTrace(BlockTrace):
    """One attention over tokens. Patterns are [query, key], as long as what looks and as wide as what is looked at.

    All attentions of a network count tokens alike: what is read first, then what is written. A pair that the mask
    forbids has the weight 0.
    """

    @property
    def num_read(self) -> int:
        """S, the tokens that the network was given."""
        return int(self.trace.given.shape[1])

    @property
    def num_written(self) -> int:
        """T, the tokens that a decoder wrote, where there is one beside the encoder."""
        return int(self.trace.kept["target_tokens"].shape[1]) if "target_tokens" in self.trace.kept else 0

    @property
    def prefix_names(self) -> tuple[str, ...]:
        """All tokens, for none of them has a place on a map: ``token0`` and so on, then ``target0`` and so on."""
        return (
            *(f"token{i}" for i in range(self.num_read)),
            *(f"target{i}" for i in range(self.num_written)),
        )

    @property
    def tokens(self) -> Tensor:
        """The tokens that are looked at, (1, Kk): a decoder's self-attention looks at what is written."""
        if self.name.startswith("decoder.") and not self.attention:
            return self._written()
        return torch.arange(self.num_read).unsqueeze(0)  # (1, S)

    @property
    def query_tokens(self) -> Tensor:
        """The tokens that look, (1, Kq): in cross-attention those that are written."""
        return self._written() if self.attention else self.tokens

    def _written(self) -> Tensor:
        return torch.arange(self.num_read, self.num_read + self.num_written).unsqueeze(0)  # (1, T)

    @property
    def mask(self) -> Tensor:
        """What is added to every head's scores, (Nq, Nk): 0, or the lowest number there is for a forbidden pair."""
        return self["mask"][0, 0]

    def addends(self, head: int | None = None, query: int | None = None) -> Addends:
        """Products of queries and keys, and the mask; shapes as in a ViT's block."""
        qk = super().addends(head, query).qk
        mask = self.mask.expand(self.num_heads, -1, -1)  # (H, Nq, Nk)
        return Addends(qk, None, without_axes(one_of_each(mask, head, query), head, query))

    def patterns(self, queries: Tensor) -> Tensor:
        """The attention weights of several query tokens (Q,) at once, (H, Q, Nk)."""
        return self.pattern()[:, queries]

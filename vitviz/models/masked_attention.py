"""Attention in which not every token may look at every other, and whose keys and values can be kept for later."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.models.cross_attention import CrossAttention
from vitviz.models.layers import attention_scores
from vitviz.probe import Probe, no_probe

# Added to the score of a pair that may not look: the softmax makes exactly 0 of it, and of a row of nothing but such
# pairs equal weights rather than 0 / 0.
FORBIDDEN = torch.finfo(torch.float32).min


def causal_mask(queries: int, keys: int) -> Tensor:
    """Nobody looks at what comes later: (Nq, Nk), 0 or ``FORBIDDEN``. The last query is the last key's token."""
    later = torch.ones(queries, keys, dtype=torch.bool).triu(1 + keys - queries)  # (Nq, Nk)
    return torch.zeros(queries, keys).masked_fill(later, FORBIDDEN)


def padding_mask(tokens: Tensor, padding: int) -> Tensor:
    """Nobody looks at what only fills a row up. (B, N) -> (B, 1, 1, N), 0 or ``FORBIDDEN``."""
    filled = (tokens == padding)[:, None, None]  # (B, 1, 1, N)
    return torch.zeros(filled.shape, device=tokens.device).masked_fill(filled, FORBIDDEN)


@dataclass
class KeyValues:
    """The keys and values that one attention has made so far, each (B, H, t, d): a next token needs no others."""

    k: Tensor | None = None
    v: Tensor | None = None

    def extend(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add those of new tokens (B, H, n, d), and return all: (B, H, t + n, d)."""
        self.k = k if self.k is None else torch.cat([self.k, k], dim=2)
        self.v = v if self.v is None else torch.cat([self.v, v], dim=2)
        return self.k, self.v

    @property
    def all(self) -> tuple[Tensor, Tensor]:
        """What is kept, each (B, H, t, d).

        Raises:
            ValueError: if nothing is.
        """
        if self.k is None or self.v is None:
            raise ValueError("no keys and values are kept yet")
        return self.k, self.v

    def __len__(self) -> int:
        """t, the tokens whose keys and values are kept."""
        return 0 if self.k is None else self.k.shape[2]

    @property
    def nbytes(self) -> int:
        """Bytes of both."""
        return sum(x.nbytes for x in (self.k, self.v) if x is not None)


class MaskedAttention(CrossAttention):
    """Multi-head attention with a mask that is added to the scores, and a cache of keys and values.

    With ``project`` off what the heads find is passed on as it is, without an output matrix.
    """

    def __init__(self, dim: int, num_heads: int, project: bool = True) -> None:
        super().__init__(dim, num_heads)
        self.project = project
        if not project:
            del self.proj

    def forward(
        self,
        x: Tensor,
        looked_at: Tensor | None,
        mask: Tensor,
        probe: Probe = no_probe,
        past: KeyValues | None = None,
    ) -> Tensor:
        """Let the tokens of ``x`` (B, Nq, D) look at those of ``looked_at`` (B, Nk, D) as far as ``mask`` lets them.

        Args:
            x: what looks.
            looked_at: what is looked at, in self-attention the same; None where ``past`` has all of it.
            mask: 0 or ``FORBIDDEN``, added to the scores (B, H, Nq, Nk).
            probe: receives every tensor that has a name.
            past: keys and values of earlier tokens, to which those of ``looked_at`` are added.
        """
        q = probe("q", self.split_heads(self.q_proj(x)))  # (B, H, Nq, d)
        if looked_at is None:
            assert past is not None
            k, v = past.all
        else:
            k = probe("k", self.split_heads(self.k_proj(looked_at)))  # (B, H, Nk, d)
            v = probe("v", self.split_heads(self.v_proj(looked_at)))  # (B, H, Nk, d)
            if past is not None:
                k, v = past.extend(k, v)  # (B, H, t + Nk, d)
        mask = probe("mask", mask.expand(len(x), 1, q.shape[2], k.shape[2]))  # (B, 1, Nq, Nk), a view
        if any([probe.wants("attn_scores"), probe.wants("pattern")]):
            scores = probe("attn_scores", attention_scores(q, k) + mask)  # (B, H, Nq, Nk)
            pattern = probe("pattern", scores.softmax(dim=-1))  # (B, H, Nq, Nk), every row sums to 1
            z = pattern @ v  # (B, H, Nq, d)
        else:
            z = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)  # (B, H, Nq, d)
        z = probe("z", z)
        merged = probe("z_merged", z.transpose(1, 2).flatten(2))  # (B, Nq, D)
        return self.proj(merged) if self.project else merged  # (B, Nq, D)

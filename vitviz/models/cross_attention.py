"""Attention whose queries, keys and values come from three inputs, so that one kind of tokens can look at another."""

from __future__ import annotations

from torch import Tensor, nn

from vitviz.models.layers import attention_scores, fused_attention
from vitviz.probe import Probe, no_probe


class CrossAttention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, arXiv 1706.03762, section 3.2) with a matrix for each of q, k, v.

    With one input for all three it is self-attention.
    """

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.q_proj = nn.Linear(dim, dim)
        self.k_proj = nn.Linear(dim, dim)
        self.v_proj = nn.Linear(dim, dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, q_in: Tensor, k_in: Tensor, v_in: Tensor, probe: Probe = no_probe) -> Tensor:
        """Let the tokens of ``q_in`` (B, Nq, D) look at those of ``k_in`` and ``v_in`` (B, Nk, D): (B, Nq, D)."""
        q = probe("q", self.split_heads(self.q_proj(q_in)))  # (B, H, Nq, d)
        k = probe("k", self.split_heads(self.k_proj(k_in)))  # (B, H, Nk, d)
        v = probe("v", self.split_heads(self.v_proj(v_in)))  # (B, H, Nk, d)
        if any([probe.wants("attn_scores"), probe.wants("pattern")]):
            scores = probe("attn_scores", attention_scores(q, k))  # (B, H, Nq, Nk)
            pattern = probe("pattern", scores.softmax(dim=-1))  # (B, H, Nq, Nk), every row sums to 1
            z = pattern @ v  # (B, H, Nq, d)
        else:
            z = fused_attention(q, k, v, None, None)  # (B, H, Nq, d)
        z = probe("z", z)
        merged = probe("z_merged", z.transpose(1, 2).flatten(2))  # (B, Nq, D)
        return self.proj(merged)  # (B, Nq, D)

    def split_heads(self, x: Tensor) -> Tensor:
        """(B, N, D) -> (B, H, N, d)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

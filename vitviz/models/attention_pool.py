"""The head that pools by attention: one learned query looks at all tokens (SigLIP, arXiv 2303.15343)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitviz.models.config import ViTConfig
from vitviz.models.layers import LayerNorm, Mlp, attention_scores, fused_attention
from vitviz.probe import Probe, no_probe, scoped


class AttentionPool(nn.Module):
    """A block whose only query is learned: attention over the tokens, then an MLP added to what it found."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        dim = config.embed_dim
        self.num_heads = config.num_heads
        self.latent = nn.Parameter(torch.zeros(1, 1, dim))
        self.q = nn.Linear(dim, dim)
        self.kv = nn.Linear(dim, 2 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = LayerNorm(dim, config.norm_eps)
        self.mlp = Mlp(dim, config.mlp_dim, config.activation)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, N, D) -> (B, D)."""
        q = self.q(self.latent.expand(len(x), -1, -1))  # (B, 1, D)
        q = probe("q", q.unflatten(-1, (self.num_heads, -1)).transpose(1, 2))  # (B, H, 1, d)
        kv = self.kv(x).unflatten(-1, (2, self.num_heads, -1))  # (B, N, 2, H, d)
        k, v = kv.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, H, N, d)
        k = probe("k", k)
        v = probe("v", v)
        if any([probe.wants("attn_scores"), probe.wants("pattern")]):
            scores = probe("attn_scores", attention_scores(q, k))  # (B, H, 1, N)
            pattern = probe("pattern", scores.softmax(dim=-1))  # (B, H, 1, N)
            z = pattern @ v  # (B, H, 1, d)
        else:
            z = fused_attention(q, k, v, None, None)  # (B, H, 1, d)
        z = probe("z", z)
        x = probe("attn_out", self.proj(z.transpose(1, 2).flatten(2)))  # (B, 1, D)
        y = self.norm(x, scoped(probe, "ln."))  # (B, 1, D)
        x = x + probe("mlp_out", self.mlp(y, probe))  # (B, 1, D)
        return x[:, 0]  # (B, D)

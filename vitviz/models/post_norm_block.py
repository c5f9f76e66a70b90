"""A layer of an encoder that normalises after it has added, as the first Transformer and BERT do."""

from __future__ import annotations

from torch import Tensor, nn

from vitviz.models.config import Activation
from vitviz.models.layers import LayerNorm, Mlp
from vitviz.models.masked_attention import MaskedAttention
from vitviz.probe import Probe, no_probe, scoped


class PostNormBlock(nn.Module):
    """Attention, then MLP, each added and then normalised (Vaswani et al. 2017, arXiv 1706.03762, section 3.1)."""

    def __init__(self, dim: int, num_heads: int, mlp_dim: int, eps: float, activation: Activation) -> None:
        super().__init__()
        self.attn = MaskedAttention(dim, num_heads)
        self.norm1 = LayerNorm(dim, eps)
        self.mlp = Mlp(dim, mlp_dim, activation)
        self.norm2 = LayerNorm(dim, eps)

    def forward(self, x: Tensor, mask: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, N, D) -> (B, N, D); ``mask`` (B, 1, 1, N) hides padding."""
        x = probe("resid_pre", x)  # (B, N, D)
        y = probe("attn_out", self.attn(x, x, mask, probe))  # (B, N, D)
        x = probe("resid_mid", x + y)  # (B, N, D)
        x = self.norm1(x, scoped(probe, "ln1."))  # (B, N, D)
        y = probe("mlp_out", self.mlp(x, probe))  # (B, N, D)
        x = probe("resid_post", x + y)  # (B, N, D)
        x = self.norm2(x, scoped(probe, "ln2."))  # (B, N, D)
        return probe("normalized_resid_post", x)

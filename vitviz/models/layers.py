"""The layers that ViT and Swin share: layer norm, attention, MLP.

Each has a fused path and an explicit one that computes the same function. The explicit one runs only when a probe
wants a tensor that the fused kernel never makes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.config import Activation
from vitviz.probe import Probe, no_probe


class LayerNorm(nn.LayerNorm):
    """Layer normalisation over the channels (Ba et al. 2016, arXiv 1607.06450, eq. 4).

    (x - mean) / scale * weight + bias, for every token on its own.
    ``mean`` and ``scale`` = sqrt(variance + eps) are one number a token; the variance is the biased one (divided by D).
    """

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """Normalise every token of ``x`` (..., D) on its own; the result has the same shape."""
        if any([probe.wants("mean"), probe.wants("scale"), probe.wants("normalized")]):
            mean = probe("mean", x.mean(dim=-1, keepdim=True))  # (..., 1)
            variance = (x - mean).square().mean(dim=-1, keepdim=True)  # (..., 1)
            scale = probe("scale", (variance + self.eps).sqrt())  # (..., 1)
            normalized = probe("normalized", (x - mean) / scale)  # (..., D)
            out = normalized * self.weight + self.bias  # (..., D)
        else:
            out = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)  # (..., D)
        return probe("out", out)


def attention_scores(q: Tensor, k: Tensor, bias: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
    """Scores before the softmax: q k^T / sqrt(d), and for Swin + relative position bias + mask.

    Args:
        q: queries (B, H, Nq, d).
        k: keys (B, H, N, d).
        bias: (H, Nq, N), the same for every window.
        mask: (W, Nq, N), 0 or -100; B is a multiple of W, with the windows of one picture after one another.

    Returns:
        (B, H, Nq, N).
    """
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)  # (B, H, Nq, N)
    if bias is not None:
        scores = scores + bias  # (B, H, Nq, N)
    if mask is not None:
        scores = scores.unflatten(0, (-1, mask.shape[0]))  # (B/W, W, H, Nq, N)
        scores = (scores + mask.unsqueeze(1)).flatten(0, 1)  # (B, H, Nq, N)
    return scores


def fused_attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None, mask: Tensor | None) -> Tensor:
    """softmax(scores) v in one kernel that never holds the N x N pattern; shapes as in ``attention_scores``."""
    addend = bias  # (H, N, N) or nothing
    if mask is not None:
        addend = mask.unsqueeze(1) if bias is None else bias + mask.unsqueeze(1)  # (W, 1 or H, N, N)
        addend = addend.repeat(q.shape[0] // mask.shape[0], 1, 1, 1)  # (B, 1 or H, N, N)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=addend)  # (B, H, N, d)


class Attention(nn.Module):
    """Multi-head self-attention (Vaswani et al. 2017, arXiv 1706.03762; ViT appendix A, eq. 5-8)."""

    def __init__(self, dim: int, num_heads: int, qkv_bias: bool = True) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)

    def forward(
        self, x: Tensor, probe: Probe = no_probe, bias: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor:
        """Let all tokens of ``x`` (B, N, D) look at one another; ``bias``, ``mask``: see ``attention_scores``."""
        qkv = probe("qkv", self.qkv(x))  # (B, N, 3*D)
        qkv = qkv.unflatten(-1, (3, self.num_heads, -1))  # (B, N, 3, H, d)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, H, N, d)
        q = probe("q", q)
        k = probe("k", k)
        v = probe("v", v)
        if any([probe.wants("attn_scores"), probe.wants("pattern")]):
            scores = probe("attn_scores", attention_scores(q, k, bias, mask))  # (B, H, N, N)
            pattern = probe("pattern", scores.softmax(dim=-1))  # (B, H, N, N), every row sums to 1
            z = pattern @ v  # (B, H, N, d)
        else:
            z = fused_attention(q, k, v, bias, mask)  # (B, H, N, d)
        z = probe("z", z)
        merged = probe("z_merged", z.transpose(1, 2).flatten(2))  # (B, N, D)
        return self.proj(merged)  # (B, N, D)


class QuickGELU(nn.Module):
    """x * sigmoid(1.702 x), the approximation that OpenAI's CLIP weights were trained with."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply element by element."""
        return x * torch.sigmoid(1.702 * x)


def activation(name: Activation) -> nn.Module:
    """The nonlinearity of the MLP (GELU: Hendrycks and Gimpel 2016, arXiv 1606.08415)."""
    if name == "quick_gelu":
        return QuickGELU()
    if name == "relu":
        return nn.ReLU()
    return nn.GELU(approximate="tanh" if name == "gelu_tanh" else "none")


class Mlp(nn.Module):
    """Two linear layers with a nonlinearity between them, applied to every token alone (ViT eq. 3)."""

    def __init__(self, dim: int, hidden_dim: int, activation_name: Activation) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden_dim)
        self.act = activation(activation_name)
        self.fc2 = nn.Linear(hidden_dim, dim)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(..., D) -> (..., D)."""
        x = probe("mlp_pre", self.fc1(x))  # (..., 4*D)
        x = probe("mlp_post", self.act(x))  # (..., 4*D)
        return self.fc2(x)  # (..., D)

"""The Swin Transformer, version 2 (Liu et al. 2022, arXiv 2111.09883): what it does otherwise than version 1.

Three changes let the network grow: the layer norms stand behind attention and MLP and not before them (section 3.2),
attention compares directions and not lengths (section 3.2, eq. 2), and the position bias is a function of the offset,
so that it holds for windows that were never trained (section 3.3). Letters as in ``swin.py``, T the window of the bias.
"""

from __future__ import annotations

import math
from typing import ClassVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.config import SwinV2Config
from vitviz.models.layers import LayerNorm, attention_scores, fused_attention
from vitviz.models.swin import PatchMerging, SwinBlock, SwinTransformer, WindowAttention, gather_neighbours
from vitviz.probe import Probe, no_probe, scoped

LARGEST_SCALE = math.log(100)  # a temperature below 0.01 is not allowed
HIDDEN_UNITS = 512  # of the network that makes the position bias
LARGEST_BIAS = 16
FARTHEST = 8  # what the largest offset of a window is called before the logarithm


def log_spaced_offsets(window: int, trained: int) -> Tensor:
    """Row and column offset of every place of a bias table, sign(d) log(1 + |d|), ((2M-1)^2, 2) (eq. 4).

    Offsets are measured in windows of ``trained`` patches, of which the farthest offset is 8, and log 8 becomes 1.
    """
    offset = torch.arange(1 - window, window, dtype=torch.float32)  # (2M-1,)
    offset = offset / max(trained - 1, 1) * FARTHEST
    offset = offset.sign() * torch.log2(offset.abs() + 1) / math.log2(FARTHEST)
    return torch.cartesian_prod(offset, offset).view(-1, 2)  # ((2M-1)^2, 2)


class CosineAttention(WindowAttention):
    """Attention by the angle between query and key, with a learned temperature for every head (eq. 2).

    ``q`` and ``k`` are called so once they are of length 1 and ``q`` has the temperature and sqrt(d) in it, so that
    scores are q k^T / sqrt(d) + bias + mask as in every other attention. Keys have no bias.
    """

    def __init__(self, dim: int, window: int, num_heads: int, qkv_bias: bool, bias_window: int) -> None:
        super().__init__(dim, window, num_heads, qkv_bias=False)
        self.bias_window = bias_window
        self.register_parameter(
            "relative_position_bias_table", None
        )  # a network makes it, see ``bias_table``
        self.q_bias = nn.Parameter(torch.zeros(dim)) if qkv_bias else None
        self.v_bias = nn.Parameter(torch.zeros(dim)) if qkv_bias else None
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, HIDDEN_UNITS), nn.ReLU(), nn.Linear(HIDDEN_UNITS, num_heads, bias=False)
        )

    def bias_table(self) -> Tensor:
        """16 sigmoid(MLP(offset)) for every offset, ((2M-1)^2, H): between 0 and 16."""
        offsets = log_spaced_offsets(self.window, self.bias_window).to(self.qkv.weight)  # ((2M-1)^2, 2)
        return LARGEST_BIAS * torch.sigmoid(self.cpb_mlp(offsets))  # ((2M-1)^2, H)

    def qkv_bias(self) -> Tensor:
        """Biases of queries, keys (zeros) and values behind one another, (3*D,); all zeros where there are none."""
        zeros = self.qkv.weight.new_zeros(self.qkv.in_features)  # (D,)
        q = zeros if self.q_bias is None else self.q_bias
        v = zeros if self.v_bias is None else self.v_bias
        return torch.cat([q, zeros, v])  # (3*D,)

    def forward(
        self, x: Tensor, probe: Probe = no_probe, bias: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor:
        """Let the patches of every window look at one another. (B*W, M*M, C) -> (B*W, M*M, C)."""
        qkv = probe("qkv", self.qkv(x) + self.qkv_bias())  # (B*W, M*M, 3*C)
        qkv = qkv.unflatten(-1, (3, self.num_heads, -1))  # (B*W, M*M, 3, H, d)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each (B*W, H, M*M, d)
        scale = probe("logit_scale", self.logit_scale.clamp(max=LARGEST_SCALE).exp())  # (H, 1, 1)
        # Padding is a key of length 0, which stays 0; 1e-12 is 0 itself in float16.
        shortest = max(1e-12, torch.finfo(q.dtype).tiny)
        q = F.normalize(q, dim=-1, eps=shortest) * scale  # (B*W, H, M*M, d)
        q = probe("q", q * q.shape[-1] ** 0.5)  # (B*W, H, M*M, d)
        k = probe("k", F.normalize(k, dim=-1, eps=shortest))  # (B*W, H, M*M, d)
        v = probe("v", v)
        if any([probe.wants("attn_scores"), probe.wants("pattern")]):
            scores = probe("attn_scores", attention_scores(q, k, bias, mask))  # (B*W, H, M*M, M*M)
            pattern = probe("pattern", scores.softmax(dim=-1))  # (B*W, H, M*M, M*M)
            z = pattern @ v  # (B*W, H, M*M, d)
        else:
            z = fused_attention(q, k, v, bias, mask)  # (B*W, H, M*M, d)
        z = probe("z", z)
        merged = probe("z_merged", z.transpose(1, 2).flatten(2))  # (B*W, M*M, C)
        return self.proj(merged)  # (B*W, M*M, C)


class SwinV2Block(SwinBlock):
    """One block: what attention and MLP make is normalised and then added (res-post-norm, figure 1)."""

    def make_attention(self, stage: int) -> WindowAttention:
        """Cosine attention."""
        config = cast(SwinV2Config, self.config)
        return CosineAttention(
            config.stage_dim(stage),
            self.window,
            config.num_heads[stage],
            config.qkv_bias,
            config.bias_window(stage),
        )

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, h, w, C) -> (B, h, w, C)."""
        x = probe("resid_pre", x)  # (B, h, w, C)
        y = probe("attn_before_norm", self.attend_in_windows(x, probe))  # (B, h, w, C)
        y = probe("attn_out", self.norm1(y, scoped(probe, "ln1.")))  # (B, h, w, C)
        x = probe("resid_mid", x + y)  # (B, h, w, C)
        y = probe("mlp_before_norm", self.mlp(x, probe))  # (B, h, w, C)
        y = probe("mlp_out", self.norm2(y, scoped(probe, "ln2.")))  # (B, h, w, C)
        return probe("resid_post", x + y)  # (B, h, w, C)


class SwinV2PatchMerging(PatchMerging):
    """Halve the map and double the channels; the layer norm comes last here, too."""

    def __init__(self, dim: int, eps: float) -> None:
        super().__init__(dim, eps)
        self.norm = LayerNorm(2 * dim, eps)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, h, w, C) -> (B, h/2, w/2, 2C); an odd side is padded with zeros."""
        x = probe("resid_pre", x)  # (B, h, w, C)
        x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))  # even sides
        x = probe("gathered", gather_neighbours(x))  # (B, h/2, w/2, 4C)
        x = probe("reduced", self.reduction(x))  # (B, h/2, w/2, 2C)
        return probe("resid_post", self.norm(x, scoped(probe, "ln.")))  # (B, h/2, w/2, 2C)


class SwinTransformerV2(SwinTransformer):
    """The whole network, with parameters named as in the authors' code, the merging at the start of its stage."""

    block: ClassVar[type[SwinBlock]] = SwinV2Block
    merging: ClassVar[type[PatchMerging]] = SwinV2PatchMerging

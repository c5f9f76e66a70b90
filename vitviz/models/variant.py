"""ViT's later families, chosen by the configuration: what their blocks do otherwise than those of ``vit.py``.

Layer norms on queries and keys, rotary positions, relative position bias, layer norms behind the sublayers, SwiGLU,
pooling by attention. Letters in the shape comments as in ``vit.py``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitviz.models.attention_pool import AttentionPool
from vitviz.models.config import ViTConfig
from vitviz.models.gated_mlp import make_mlp
from vitviz.models.layers import Attention, LayerNorm, attention_scores, fused_attention
from vitviz.models.relative_bias import relative_bias, table_rows
from vitviz.models.rotary import rotary_angles, rotate
from vitviz.models.vit import LayerScale, VisionTransformer
from vitviz.probe import Probe, no_probe, scoped

Grid = tuple[int, int]


class VariantAttention(Attention):
    """Attention whose queries and keys may be normalised and turned, and whose scores may have a bias.

    ``q`` and ``k`` are called so once they are what the scores are made of: q k^T / sqrt(d) + bias, as everywhere.
    """

    def __init__(self, config: ViTConfig) -> None:
        super().__init__(config.embed_dim, config.num_heads, config.qkv_bias)
        self.config = config
        self.q_norm = LayerNorm(config.head_dim, config.norm_eps) if config.qk_norm else None
        self.k_norm = LayerNorm(config.head_dim, config.norm_eps) if config.qk_norm else None
        self.norm = LayerNorm(config.embed_dim, config.norm_eps) if config.attn_norm else None
        mixed = config.rotary is not None and config.rotary.kind == "mixed"
        self.rope_freqs = (
            nn.Parameter(torch.zeros(2, config.num_heads, config.head_dim // 2)) if mixed else None
        )
        rows = table_rows(config.grid)
        self.relative_position_bias_table = (
            nn.Parameter(torch.zeros(rows, config.num_heads)) if config.relative_bias else None
        )

    def relative_position_bias(self, grid: Grid) -> Tensor | None:
        """What is added to the score of every (query, key), (H, N, N)."""
        if self.relative_position_bias_table is None:
            return None
        return relative_bias(self.relative_position_bias_table, self.config.grid, grid)

    def angles(self, grid: Grid) -> Tensor | None:
        """By how much the patches' queries and keys are turned, (h*w, d/2) or (H, h*w, d/2)."""
        if self.config.rotary is None:
            return None
        angles = rotary_angles(self.config.rotary, grid, self.config.head_dim, self.rope_freqs)
        return angles.to(self.qkv.weight.device)

    def forward(
        self,
        x: Tensor,
        probe: Probe = no_probe,
        bias: Tensor | None = None,
        mask: Tensor | None = None,
        angles: Tensor | None = None,
    ) -> Tensor:
        """Let all tokens of ``x`` (B, N, D) look at one another."""
        qkv = probe("qkv", self.qkv(x))  # (B, N, 3*D)
        qkv = qkv.unflatten(-1, (3, self.num_heads, -1))  # (B, N, 3, H, d)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, H, N, d)
        if self.q_norm is not None and self.k_norm is not None:
            q = self.q_norm(probe("q_projected", q), scoped(probe, "q_norm."))  # (B, H, N, d)
            k = self.k_norm(probe("k_projected", k), scoped(probe, "k_norm."))  # (B, H, N, d)
        if self.config.rotary is not None and angles is not None:
            q = rotate(probe("q_unrotated", q), angles, self.config.rotary.pairs)  # (B, H, N, d)
            k = rotate(probe("k_unrotated", k), angles, self.config.rotary.pairs)  # (B, H, N, d)
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
        if self.norm is not None:
            merged = self.norm(merged, scoped(probe, "ln_attn."))  # (B, N, D)
        return self.proj(merged)  # (B, N, D)


class VariantBlock(nn.Module):
    """One layer of a later family's encoder; ``grid`` says how the patches lie, which the tokens alone do not tell."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        dim = config.embed_dim
        self.config = config
        self.norm_first = config.norm_place == "before"
        self.norm1 = LayerNorm(dim, config.norm_eps)
        self.attn = VariantAttention(config)
        self.ls1 = LayerScale(dim) if config.layer_scale else nn.Identity()
        self.norm2 = LayerNorm(dim, config.norm_eps)
        self.mlp = make_mlp(config)
        self.ls2 = LayerScale(dim) if config.layer_scale else nn.Identity()

    def forward(self, x: Tensor, probe: Probe = no_probe, grid: Grid | None = None) -> Tensor:
        """z_{l-1} (B, N, D) -> z_l (B, N, D); without a ``grid`` the patches lie as in a picture of the native size.

        Raises:
            ValueError: if the grid has another number of patches than there are tokens for.
        """
        grid = self.config.grid if grid is None else grid
        if x.shape[1] != self.config.num_prefix + grid[0] * grid[1]:
            raise ValueError(
                f"{x.shape[1]} tokens are no grid of {grid[0]} x {grid[1]} patches: give the grid"
            )
        x = probe("resid_pre", x)  # (B, N, D)
        y = self.norm1(x, scoped(probe, "ln1.")) if self.norm_first else x  # (B, N, D)
        y = self.attend(y, probe, grid)  # (B, N, D)
        if not self.norm_first:
            y = self.norm1(probe("attn_before_norm", y), scoped(probe, "ln1."))  # (B, N, D)
        y = probe("attn_out", self.ls1(y))  # (B, N, D)
        x = probe("resid_mid", x + y)  # (B, N, D)
        y = self.norm2(x, scoped(probe, "ln2.")) if self.norm_first else x  # (B, N, D)
        y = self.mlp(y, probe)  # (B, N, D)
        if not self.norm_first:
            y = self.norm2(probe("mlp_before_norm", y), scoped(probe, "ln2."))  # (B, N, D)
        y = probe("mlp_out", self.ls2(y))  # (B, N, D)
        return probe("resid_post", x + y)  # (B, N, D)

    def attend(self, y: Tensor, probe: Probe, grid: Grid) -> Tensor:
        """Attention with what it has to know of the places: angles, or a bias for every pair. (B, N, D), same shape."""
        angles, bias = self.attn.angles(grid), self.attn.relative_position_bias(grid)
        if angles is not None:
            angles = probe("rope_angles", angles)  # (h*w, d/2) or (H, h*w, d/2)
        if bias is not None:
            bias = probe("relative_position_bias", bias)  # (H, N, N)
        return self.attn(y, probe, bias, None, angles)  # (B, N, D)


class VariantTransformer(VisionTransformer):
    """The whole network of a later family, with parameters named as in timm.

    Frequencies and bias tables that several blocks share stand in each of them.
    """

    def __init__(self, config: ViTConfig) -> None:
        super().__init__(config)
        self.attn_pool = AttentionPool(config) if config.pool == "map" else None

    def make_block(self) -> nn.Module:
        """One of the blocks."""
        return VariantBlock(self.config)

    def forward(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """Normalised pixels (B, C, H, W) -> class scores (B, K), or the pooled token (B, D) without a head.

        Raises:
            ValueError: if a side of the image is not a multiple of the patch size.
        """
        x = self.embed(image, probe)  # (B, N, D)
        size = self.config.patch_size
        grid = (image.shape[-2] // size, image.shape[-1] // size)
        x = self.encode(x, probe, grid=grid)  # (B, N, D)
        return self.classify(x, probe)  # (B, K)

    def encode(self, x: Tensor, probe: Probe = no_probe, start: int = 0, grid: Grid | None = None) -> Tensor:
        """Run the blocks from number ``start`` on; for ``grid`` see ``VariantBlock``. (B, N, D) -> (B, N, D)."""
        for name, block in self.steps()[start:]:
            x = block(x, scoped(probe, f"{name}."), grid)  # (B, N, D)
        return x

    def pool(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """What the head reads of the tokens. (B, N, D) -> (B, D)."""
        if self.attn_pool is None:
            return super().pool(x, probe)
        tokens = x if self.config.pool_prefix else x[:, self.config.num_prefix :]  # (B, N or h*w, D)
        return self.attn_pool(tokens, scoped(probe, "pool."))  # (B, D)

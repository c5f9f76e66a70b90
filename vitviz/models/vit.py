"""The Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929), from pixels to class scores.

A picture is cut into patches, each patch becomes a token, and a stack of equal blocks lets the tokens exchange what
they know. Letters in the shape comments: B pictures, C colour channels, P patch size, h x w grid of patches,
T tokens before the patches, N = T + h*w tokens in all, D channels, H heads, d = D / H, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitviz.models.config import ViTConfig
from vitviz.models.layers import Attention, LayerNorm, Mlp
from vitviz.models.pooling import pool_tokens
from vitviz.models.positions import resize_positions, sincos_positions
from vitviz.probe import Probe, no_probe, scoped


class PatchEmbed(nn.Module):
    """Cut the picture into P x P patches and project each one to D channels (x_p E in eq. 1).

    A convolution whose stride is its kernel size does both at once: it is the linear map of every flattened patch.
    """

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        self.proj = nn.Conv2d(
            config.in_channels, config.embed_dim, config.patch_size, config.patch_size, bias=config.patch_bias
        )

    def forward(self, image: Tensor) -> Tensor:
        """(B, C, H, W) pixels -> (B, D, h, w), one column of channels for each patch."""
        return self.proj(image)  # (B, D, h, w)


class LayerScale(nn.Module):
    """A learned factor for every channel of what a sublayer adds (CaiT, arXiv 2103.17239, section 2.1)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((dim,), 1e-5))

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, D) -> (B, N, D)."""
        return x * self.gamma  # (B, N, D)


class Block(nn.Module):
    """One layer of the encoder: attention, then MLP, each on a normalised copy and added back (eq. 2 and 3)."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        dim = config.embed_dim
        self.norm1 = LayerNorm(dim, config.norm_eps)
        self.attn = Attention(dim, config.num_heads, config.qkv_bias)
        self.ls1 = LayerScale(dim) if config.layer_scale else nn.Identity()
        self.norm2 = LayerNorm(dim, config.norm_eps)
        self.mlp = Mlp(dim, config.mlp_dim, config.activation)
        self.ls2 = LayerScale(dim) if config.layer_scale else nn.Identity()

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """z_{l-1} (B, N, D) -> z_l (B, N, D)."""
        x = probe("resid_pre", x)  # (B, N, D)
        y = self.norm1(x, scoped(probe, "ln1."))  # (B, N, D)
        y = self.attn(y, probe)  # (B, N, D)
        y = probe("attn_out", self.ls1(y))  # (B, N, D)
        x = probe("resid_mid", x + y)  # (B, N, D)
        y = self.norm2(x, scoped(probe, "ln2."))  # (B, N, D)
        y = self.mlp(y, probe)  # (B, N, D)
        y = probe("mlp_out", self.ls2(y))  # (B, N, D)
        return probe("resid_post", x + y)  # (B, N, D)


class VisionTransformer(nn.Module):
    """The whole network, with parameters named as in timm."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        self.config = config
        dim = config.embed_dim
        self.patch_embed = PatchEmbed(config)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim)) if config.class_token else None
        self.dist_token = nn.Parameter(torch.zeros(1, 1, dim)) if config.distillation_token else None
        self.reg_token = (
            nn.Parameter(torch.zeros(1, config.num_registers, dim)) if config.num_registers else None
        )
        num_positions = config.num_position_prefix + config.num_patches
        learned = config.position == "learned"
        self.pos_embed = nn.Parameter(torch.zeros(1, num_positions, dim)) if learned else None
        self.norm_pre = LayerNorm(dim, config.norm_eps) if config.norm_before_blocks else None
        self.blocks = nn.ModuleList(self.make_block() for _ in range(config.depth))
        self.norm = LayerNorm(dim, config.norm_eps)
        self.pre_logits = nn.Linear(dim, config.representation_size) if config.representation_size else None
        head_in = config.representation_size or (2 * dim if config.pool == "token_avg" else dim)
        classes = config.num_classes
        self.head = nn.Linear(head_in, classes, bias=config.head_bias) if classes else None
        two_heads = classes and config.distillation_token and config.distillation_head
        self.head_dist = nn.Linear(dim, classes) if two_heads else None

    def make_block(self) -> nn.Module:
        """One of the blocks; a network of ``models/variant.py`` makes others.

        Raises:
            ValueError: if the configuration asks for what this file does not have.
        """
        if self.config.is_variant:
            raise ValueError(
                "this configuration has what plain ViT has not: models.build.build makes its network"
            )
        return Block(self.config)

    def forward(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """Normalised pixels (B, C, H, W) -> class scores (B, K), or the pooled token (B, D) without a head.

        Raises:
            ValueError: if a side of the image is not a multiple of the patch size.
        """
        x = self.embed(image, probe)  # (B, N, D)
        x = self.encode(x, probe)  # (B, N, D)
        return self.classify(x, probe)  # (B, K)

    def embed(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """Eq. 1: patches to tokens, the prefix tokens before them, positions added. (B, C, H, W) -> (B, N, D)."""
        size = self.config.patch_size
        if image.shape[-2] % size or image.shape[-1] % size:
            raise ValueError(
                f"the image is {tuple(image.shape[-2:])}, but both sides must be multiples of {size}"
            )
        image = probe("image", image)  # (B, C, H, W)
        x = self.patch_embed(image)  # (B, D, h, w)
        grid = (x.shape[-2], x.shape[-1])
        x = probe("embed", x.flatten(2).transpose(1, 2))  # (B, h*w, D)
        special = (self.cls_token, self.dist_token, self.reg_token)
        prefix: list[Tensor] = [token for token in special if token is not None]
        if prefix:
            tokens = torch.cat(prefix, dim=1).expand(x.shape[0], -1, -1)  # (B, T, D)
            x = torch.cat([tokens, x], dim=1)  # (B, N, D)
        x = probe("tokens", x)
        if self.config.position != "none":
            x = x + probe("pos_embed", self.positions(grid))  # (B, N, D)
        x = probe("full_embed", x)
        if self.norm_pre is not None:
            x = self.norm_pre(x, scoped(probe, "ln_pre."))  # (B, N, D)
        return x

    def positions(self, grid: tuple[int, int]) -> Tensor:
        """Position embedding for a grid of patches, (1, N, D); zero for a prefix token that has no position."""
        config = self.config
        kept = config.num_position_prefix
        dim = config.embed_dim
        if self.pos_embed is None:
            patches = sincos_positions(grid, dim).to(self.patch_embed.proj.weight)  # (1, h*w, D)
            prefix = patches.new_zeros(1, config.num_prefix, dim)  # (1, T, D)
        else:
            patches = resize_positions(
                self.pos_embed[:, kept:], config.grid, grid, config.position_mode, config.position_antialias
            )  # (1, h*w, D)
            without = patches.new_zeros(1, config.num_prefix - kept, dim)
            prefix = torch.cat([self.pos_embed[:, :kept], without], dim=1)  # (1, T, D)
        return torch.cat([prefix, patches], dim=1)  # (1, N, D)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """The blocks by name, in the order in which they run."""
        return [(f"blocks.{i}", block) for i, block in enumerate(self.blocks)]

    def encode(self, x: Tensor, probe: Probe = no_probe, start: int = 0) -> Tensor:
        """Run the blocks from number ``start`` on. (B, N, D) -> (B, N, D)."""
        for name, block in self.steps()[start:]:
            x = block(x, scoped(probe, f"{name}."))  # (B, N, D)
        return x

    def pool(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """What the head reads of the tokens: the class token, or one of the other ways. (B, N, D) -> (B, D)."""
        return x[:, 0] if self.config.pool == "token" else pool_tokens(x, self.config)  # (B, D)

    def classify(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """Eq. 4: the class token (or the mean of the patch tokens) through the head. (B, N, D) -> (B, K)."""
        after = self.config.norm_after_pool
        if not after:
            x = self.norm(x, scoped(probe, "ln_final."))  # (B, N, D)
        pooled = probe("pooled", self.pool(x, probe))  # (B, D)
        if after:
            pooled = self.norm(pooled, scoped(probe, "ln_final."))  # (B, D)
        if self.pre_logits is not None:
            pooled = probe("pre_logits", torch.tanh(self.pre_logits(pooled)))  # (B, R)
        if self.head is None:
            return pooled
        logits = self.head(pooled)  # (B, K)
        if self.head_dist is not None:
            # DeiT at test time: the mean of what the class and the distillation token say.
            pooled_dist = probe("pooled_dist", x[:, 1])  # (B, D)
            logits = (logits + self.head_dist(pooled_dist)) / 2  # (B, K)
        return probe("logits", logits)

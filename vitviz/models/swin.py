"""The Swin Transformer, version 1 (Liu et al. 2021, arXiv 2103.14030), in the paper's order.

Attention runs inside windows of M x M patches, so its cost grows with the picture's area and not with its square.
Every second block shifts the windows, so that neighbours across a border meet; between stages 2 x 2 patches merge.
Letters in the shape comments: B pictures, h x w the map of a stage, C its channels, M window side, W windows,
H heads, d = C / H, K classes.
"""

from __future__ import annotations

from typing import ClassVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models import windows
from vitviz.models.config import SwinConfig
from vitviz.models.layers import Attention, LayerNorm, Mlp
from vitviz.models.positions import resize_positions
from vitviz.models.windows import WindowGrid, window_grid
from vitviz.probe import Probe, no_probe, scoped


class PatchEmbed(nn.Module):
    """Patch partition and linear embedding: P x P pixels become C channels (figure 3, before stage 1)."""

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        self.patch_size = config.patch_size
        self.proj = nn.Conv2d(config.in_channels, config.embed_dim, config.patch_size, config.patch_size)
        self.norm = LayerNorm(config.embed_dim, config.eps_between) if config.patch_norm else None

    def forward(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, 3, height, width) pixels -> (B, h, w, C); a side that P does not divide is padded with zeros."""
        height, width = image.shape[-2:]
        image = F.pad(image, (0, -width % self.patch_size, 0, -height % self.patch_size))
        x = self.proj(image).permute(0, 2, 3, 1)  # (B, h, w, C)
        x = probe("embed", x)
        if self.norm is not None:
            x = self.norm(x, scoped(probe, "ln_embed."))  # (B, h, w, C)
        return x


class WindowAttention(Attention):
    """Attention inside windows, with a learned number for every relative position (eq. 4)."""

    def __init__(self, dim: int, window: int, num_heads: int, qkv_bias: bool) -> None:
        super().__init__(dim, num_heads, qkv_bias)
        self.window = window
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, num_heads))

    def bias_table(self) -> Tensor:
        """One number for every offset of query and key, in the order of ``relative_position_index``: ((2M-1)^2, H)."""
        return self.relative_position_bias_table

    def relative_position_bias(self, window: int) -> Tensor:
        """The bias of every (query, key) pair of a window, (H, M*M, M*M)."""
        index = windows.relative_position_index(window, self.window)  # (M*M, M*M)
        bias = self.bias_table()[index.flatten()]  # (M*M*M*M, H)
        return bias.unflatten(0, index.shape).permute(2, 0, 1).contiguous()  # (H, M*M, M*M)


class SwinBlock(nn.Module):
    """One block: attention in (shifted) windows, then MLP, each on a normalised copy and added back (eq. 3)."""

    def __init__(self, config: SwinConfig, stage: int, shifted: bool) -> None:
        super().__init__()
        dim = config.stage_dim(stage)
        self.config = config
        self.window = config.stage_window(stage)
        self.shift = config.stage_shift(stage) if shifted else 0
        self.norm1 = LayerNorm(dim, config.norm_eps)
        self.attn = self.make_attention(stage)
        self.norm2 = LayerNorm(dim, config.norm_eps)
        self.mlp = Mlp(dim, int(dim * config.mlp_ratio), config.activation)

    def make_attention(self, stage: int) -> WindowAttention:
        """The attention of a block of stage ``stage``; version 2 has another one."""
        config = self.config
        return WindowAttention(config.stage_dim(stage), self.window, config.num_heads[stage], config.qkv_bias)

    def window_grid(self, height: int, width: int) -> WindowGrid:
        """How this block cuts a map of that size; computed for each call, nothing is kept."""
        return window_grid(height, width, self.window, self.shift, self.config.shift_rule)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, h, w, C) -> (B, h, w, C)."""
        x = probe("resid_pre", x)  # (B, h, w, C)
        y = self.norm1(x, scoped(probe, "ln1."))  # (B, h, w, C)
        y = probe("attn_out", self.attend_in_windows(y, probe))  # (B, h, w, C)
        x = probe("resid_mid", x + y)  # (B, h, w, C)
        y = self.norm2(x, scoped(probe, "ln2."))  # (B, h, w, C)
        y = probe("mlp_out", self.mlp(y, probe))  # (B, h, w, C)
        return probe("resid_post", x + y)  # (B, h, w, C)

    def attend_in_windows(self, y: Tensor, probe: Probe) -> Tensor:
        """Cut the map into (shifted) windows, attend inside each, put the map together again. (B, h, w, C)."""
        grid = self.window_grid(y.shape[1], y.shape[2])
        y = windows.pad(y, grid)  # (B, rows*M, columns*M, C)
        y = windows.shift(y, grid)  # (B, rows*M, columns*M, C)
        y = windows.partition(y, grid)  # (B*W, M*M, C)
        y = probe("windows", y)
        bias = probe("relative_position_bias", self.attn.relative_position_bias(grid.window))  # (H, M*M, M*M)
        mask = windows.attention_mask(grid, self.config.masked_score)
        if mask is not None:
            mask = probe("attn_mask", mask.to(y))  # (W, M*M, M*M)
        y = self.attn(y, probe, bias, mask)  # (B*W, M*M, C)
        y = probe("windows_out", y)
        y = windows.reverse(y, grid)  # (B, rows*M, columns*M, C)
        y = windows.unshift(y, grid)  # (B, rows*M, columns*M, C)
        return windows.crop(y, grid)  # (B, h, w, C)


def gather_neighbours(x: Tensor) -> Tensor:
    """Put the 2 x 2 neighbours' channels beside one another: (B, h, w, C) -> (B, h/2, w/2, 4C).

    The published weights expect the order (0,0), (1,0), (0,1), (1,1) of (row, column): the row changes fastest.
    """
    return torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], dim=-1)


class PatchMerging(nn.Module):
    """Halve the map and double the channels before the next stage (section 3.1)."""

    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.norm = LayerNorm(4 * dim, eps)
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, h, w, C) -> (B, h/2, w/2, 2C); an odd side is padded with zeros."""
        x = probe("resid_pre", x)  # (B, h, w, C)
        x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))  # even sides
        x = probe("gathered", gather_neighbours(x))  # (B, h/2, w/2, 4C)
        x = self.norm(x, scoped(probe, "ln."))  # (B, h/2, w/2, 4C)
        return probe("resid_post", self.reduction(x))  # (B, h/2, w/2, 2C)


class Stage(nn.Module):
    """Patch merging (not before the first stage) and a stack of blocks, every second one shifted."""

    def __init__(
        self, config: SwinConfig, stage: int, block: type[SwinBlock], merging: type[PatchMerging]
    ) -> None:
        super().__init__()
        merges = stage > 0
        self.downsample = merging(config.stage_dim(stage - 1), config.eps_between) if merges else None
        self.blocks = nn.ModuleList(
            block(config, stage, shifted=i % 2 == 1) for i in range(config.depths[stage])
        )


class SwinTransformer(nn.Module):
    """The whole network, with parameters named as in the authors' code, the merging at the start of its stage."""

    # Version 2 has others in their place.
    block: ClassVar[type[SwinBlock]] = SwinBlock
    merging: ClassVar[type[PatchMerging]] = PatchMerging

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_embed = PatchEmbed(config)
        rows, columns = config.stage_map(0)
        self.pos_embed = (
            nn.Parameter(torch.zeros(1, rows * columns, config.embed_dim))
            if config.absolute_position
            else None
        )
        self.layers = nn.ModuleList(
            Stage(config, stage, self.block, self.merging) for stage in range(config.num_stages)
        )
        last_dim = config.stage_dim(config.num_stages - 1)
        self.norm = LayerNorm(last_dim, config.norm_eps)
        self.head = nn.Linear(last_dim, config.num_classes) if config.num_classes else None

    def forward(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """Normalised pixels (B, 3, height, width) of any size -> class scores (B, K)."""
        x = self.embed(image, probe)  # (B, h, w, C)
        x = self.encode(x, probe)  # (B, h/8, w/8, 8C)
        return self.classify(x, probe)  # (B, K), or (B, 8C) without a head

    def embed(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, 3, height, width) -> (B, h, w, C)."""
        image = probe("image", image)  # (B, 3, height, width)
        x = self.patch_embed(image, probe)  # (B, h, w, C)
        if self.pos_embed is not None:
            x = x + probe("pos_embed", self.positions(x.shape[1], x.shape[2]))  # (B, h, w, C)
        return probe("full_embed", x)

    def positions(self, height: int, width: int) -> Tensor:
        """The position embedding of a map of that size, (1, h, w, C), interpolated where it is not the native one.

        Raises:
            ValueError: if the network has no absolute positions.
        """
        if self.pos_embed is None:
            raise ValueError("this Swin has no absolute position embedding")
        grid = (height, width)
        native = self.config.stage_map(0)
        table = resize_positions(self.pos_embed, native, grid, "bicubic", antialias=False)  # (1, h*w, C)
        return table.unflatten(1, grid)  # (1, h, w, C)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """Blocks and merges by name, in the order in which they run."""
        steps: list[tuple[str, nn.Module]] = []
        for i, stage in enumerate(cast("list[Stage]", self.layers)):
            if stage.downsample is not None:
                steps.append((f"layers.{i}.downsample", stage.downsample))
            steps.extend((f"layers.{i}.blocks.{j}", block) for j, block in enumerate(stage.blocks))
        return steps

    def encode(self, x: Tensor, probe: Probe = no_probe, start: int = 0) -> Tensor:
        """Run the steps from number ``start`` on. (B, h, w, C) -> (B, h', w', C')."""
        for name, step in self.steps()[start:]:
            x = step(x, scoped(probe, f"{name}."))  # (B, h, w, C) of the stage
        return x

    def classify(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """Mean over the normalised map, then the head where there is one. (B, h, w, C) -> (B, K), or (B, C)."""
        x = self.norm(x, scoped(probe, "ln_final."))  # (B, h, w, C)
        pooled = probe("pooled", x.mean(dim=(1, 2)))  # (B, C)
        return pooled if self.head is None else probe("logits", self.head(pooled))  # (B, K)

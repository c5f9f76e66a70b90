"""Swin-Unet (Cao et al. 2021, arXiv 2105.05537): a class for every pixel, from Swin blocks on a way down and a way up.

On the way down patches merge, on the way up they expand again. A skip connection brings the map of the same size from
the way down to the way up, so that what is found at 3 x 3 gets its edges back at 96 x 96.
Letters in the shape comments: B pictures, h x w the map of a stage, C its channels, K classes, P patch size.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from vitviz.models.layers import LayerNorm
from vitviz.models.scene_config import SwinUnetConfig
from vitviz.models.sided import Side, SidedNetwork
from vitviz.models.swin import PatchEmbed, PatchMerging, Stage, SwinBlock
from vitviz.probe import Probe, no_probe, scoped


def spread_channels(x: Tensor, factor: int) -> Tensor:
    """Every token becomes ``factor`` x ``factor`` tokens with a share of its channels each, the row changing slowest.

    (B, h, w, factor^2 * C) -> (B, h*factor, w*factor, C).
    """
    x = x.unflatten(-1, (factor, factor, -1))  # (B, h, w, factor, factor, C)
    return x.transpose(2, 3).flatten(3, 4).flatten(1, 2)  # (B, h*factor, w*factor, C)


class PatchExpanding(nn.Module):
    """The mirror image of patch merging: twice the map, half the channels (section 3.4).

    Merging normalises, then multiplies; expanding multiplies, spreads the channels, then normalises.
    """

    def __init__(self, dim: int, eps: float, norm_before: bool = False) -> None:
        super().__init__()
        # At the turning point the map from the way down is normalised once.
        self.norm_before = LayerNorm(dim, eps) if norm_before else None
        self.expand = nn.Linear(dim, 2 * dim, bias=False)
        self.norm = LayerNorm(dim // 2, eps)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, h, w, C) -> (B, 2h, 2w, C/2)."""
        x = probe("resid_pre", x)  # (B, h, w, C)
        if self.norm_before is not None:
            x = self.norm_before(x, scoped(probe, "ln_before."))  # (B, h, w, C)
        x = self.expand(x)  # (B, h, w, 2C)
        x = probe("expanded", spread_channels(x, 2))  # (B, 2h, 2w, C/2)
        x = self.norm(x, scoped(probe, "ln."))  # (B, 2h, 2w, C/2)
        return probe("resid_post", x)


class SkipConcat(nn.Module):
    """Put the map of the way down beside that of the way up, and bring both to the channels of one (section 3.5)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(2 * dim, dim)

    def forward(self, x: Tensor, skip: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, h, w, C) and (B, h, w, C) -> (B, h, w, C)."""
        x = probe("resid_pre", x)  # (B, h, w, C)
        both = probe("concatenated", torch.cat([x, skip], dim=-1))  # (B, h, w, 2C)
        return probe("resid_post", self.reduction(both))  # (B, h, w, C)


class UpStage(nn.Module):
    """One stage of the way up: the skip, blocks, and an expanding but at the end; the first only expands."""

    def __init__(self, config: SwinUnetConfig, number: int) -> None:
        super().__init__()
        stage = config.num_stages - 1 - number  # of the way down, whose map has the same size
        dim = config.stage_dim(stage)
        first, last = number == 0, stage == 0
        self.concat = None if first else SkipConcat(dim)
        blocks = () if first else range(config.depths[stage])
        self.blocks = nn.ModuleList(SwinBlock(config, stage, shifted=i % 2 == 1) for i in blocks)
        self.expand = None if last else PatchExpanding(dim, config.norm_eps, norm_before=first)


class SwinUnet(SidedNetwork):
    """The whole network."""

    def __init__(self, config: SwinUnetConfig) -> None:
        super().__init__()
        self.config = config
        dim, eps = config.embed_dim, config.norm_eps
        self.patch_embed = PatchEmbed(config)
        stages = range(config.num_stages)
        self.layers = nn.ModuleList(Stage(config, stage, SwinBlock, PatchMerging) for stage in stages)
        self.layers_up = nn.ModuleList(UpStage(config, number) for number in stages)
        self.norm_up = LayerNorm(dim, eps)
        self.expand_last = nn.Linear(dim, config.patch_size**2 * dim, bias=False)
        self.norm_last = LayerNorm(dim, eps)
        self.head = nn.Linear(dim, config.num_classes, bias=False)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """Blocks, merges, skips and expandings by name, in the order in which they run."""
        steps: list[tuple[str, nn.Module]] = []
        for s, stage in enumerate(cast("list[Stage]", self.layers)):
            if stage.downsample is not None:
                steps.append((f"layers.{s}.downsample", stage.downsample))
            steps.extend((f"layers.{s}.blocks.{j}", block) for j, block in enumerate(stage.blocks))
        for u, up in enumerate(cast("list[UpStage]", self.layers_up)):
            if up.concat is not None:
                steps.append((f"layers_up.{u}.concat", up.concat))
            steps.extend((f"layers_up.{u}.blocks.{j}", block) for j, block in enumerate(up.blocks))
            if up.expand is not None:
                steps.append((f"layers_up.{u}.expand", up.expand))
        return steps

    def side_names(self, step: str) -> tuple[str, ...]:
        """The skip that a concatenation reads: of the stage of the way down whose map has the same size."""
        if not step.endswith(".concat"):
            return ()
        return (f"skip.{self.config.num_stages - 1 - int(step.split('.')[1])}",)

    def embed(self, image: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """(B, 3, height, width) -> (B, h, w, C), which is the finest skip too.

        Raises:
            ValueError: if the image is not a multiple of the smallest map, so that the way up would not fit.
        """
        unit = self.config.patch_size * 2 ** (self.config.num_stages - 1)
        if image.shape[-2] % unit or image.shape[-1] % unit:
            raise ValueError(
                f"the image is {tuple(image.shape[-2:])}, but both sides must be multiples of {unit}"
            )
        side = {} if side is None else side
        image = probe("image", image)  # (B, 3, height, width)
        x = probe("full_embed", self.patch_embed(image, probe))  # (B, h, w, C)
        side["skip.0"] = probe("skip.0", x)
        return x

    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Run one step; what a merging makes is kept as the skip of its stage, before any block of it has run."""
        step = dict(self.steps())[name]
        within = scoped(probe, f"{name}.")
        if isinstance(step, SkipConcat):
            return step(x, side[self.side_names(name)[0]], within)  # (B, h, w, C)
        x = step(x, within)  # (B, h, w, C) of the stage
        if isinstance(step, PatchMerging):
            skip = f"skip.{name.split('.')[1]}"
            side[skip] = probe(skip, x)
        return x

    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """Every token becomes P x P pixels, each with a score for every class: (B, h, w, C) -> (B, K, P*h, P*w)."""
        x = self.norm_up(x, scoped(probe, "ln_up."))  # (B, h, w, C)
        x = self.expand_last(x)  # (B, h, w, P*P*C)
        x = probe("expand_last", spread_channels(x, self.config.patch_size))  # (B, P*h, P*w, C)
        x = self.norm_last(x, scoped(probe, "ln_last."))  # (B, P*h, P*w, C)
        return probe("logits", self.head(x).permute(0, 3, 1, 2))  # (B, K, P*h, P*w)

"""Where the tokens of one attention lie in the picture: what the distances of an atlas are measured with."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.tracing.blocks import BlockTrace

CLASS_TOKENS = frozenset({"cls", "dist"})


@dataclass(frozen=True)
class Places:
    """The tokens of one attention, window by window; a ViT is one window of all its tokens.

    ``tokens`` (W, K) says which token sits where, prefix tokens first, -1 for padding. ``apart`` (W, K, K) is the
    distance between the centres of two patches in pixels of the picture, 0 where one of them is no patch. ``patch``
    and ``real`` (W, K) are what is a patch and what is no padding. ``class_tokens`` and ``registers`` are places among
    the K; a window of a Swin has none of either.
    """

    tokens: Tensor
    apart: Tensor
    patch: Tensor
    real: Tensor
    num_prefix: int
    class_tokens: tuple[int, ...]
    registers: tuple[int, ...]

    @property
    def num_patches(self) -> int:
        """Patches of the map, each of which sits in exactly one window."""
        return int(self.patch.sum())


def places(tokens: Tensor, prefix_names: tuple[str, ...], columns: int, pixels: int) -> Places:
    """Measure the distances of one attention.

    Args:
        tokens: which token sits where, (W, K), -1 for padding; patches are numbered row by row after the prefix.
        prefix_names: of the tokens before the patches.
        columns: of the map of patches.
        pixels: how many pixels of the picture one patch of this map is wide.
    """
    prefix = len(prefix_names)
    patch = tokens >= prefix  # (W, K)
    number = (tokens - prefix).clamp(min=0)
    spots = torch.stack([number // columns, number % columns], dim=-1).double() * pixels  # (W, K, 2)
    exactly = "donot_use_mm_for_euclid_dist"  # a patch is 0 from itself, not 1e-7
    apart = torch.cdist(spots, spots, compute_mode=exactly)  # (W, K, K)
    both = patch.unsqueeze(2) & patch.unsqueeze(1)
    named = list(enumerate(prefix_names))
    return Places(
        tokens=tokens,
        apart=(apart * both).float(),
        patch=patch,
        real=tokens >= 0,
        num_prefix=prefix,
        class_tokens=tuple(at for at, name in named if name in CLASS_TOKENS),
        registers=tuple(at for at, name in named if name not in CLASS_TOKENS),
    )


def places_of(block: BlockTrace) -> Places:
    """Those of a traced block."""
    return places(block.tokens, block.prefix_names, block.map_size[1], patch_pixels(block))


def patch_pixels(block: BlockTrace) -> int:
    """How many pixels of the picture a patch of the block's map is wide: twice as many after every patch merging."""
    wide = block.trace.patch_grid[1] / block.map_size[1]
    return block.trace.config.patch_size * 2 ** round(torch.log2(torch.tensor(wide)).item())

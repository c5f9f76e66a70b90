"""The sizes of ViT by timm's words for them. Imports nothing but the language."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """Channels, blocks, heads and the MLP's factor."""

    embed_dim: int
    depth: int
    num_heads: int
    mlp_ratio: float = 4.0


SIZES = {
    "tiny": Size(192, 12, 3),
    "wee": Size(256, 14, 4, 5.0),
    "xsmall": Size(256, 10, 4),
    "little": Size(320, 14, 5, 5.6),
    "small": Size(384, 12, 6),
    "medium": Size(512, 12, 8),
    "mediumd": Size(512, 20, 8),
    "betwixt": Size(640, 12, 10),
    "base": Size(768, 12, 12),
    "base plus": Size(896, 12, 14),
    "so150m": Size(896, 18, 14, 2304 / 896),
    "so150m2": Size(832, 21, 13, 34 / 13),
    "large": Size(1024, 24, 16),
    "so400m": Size(1152, 27, 16, 4304 / 1152),
    "huge": Size(1280, 32, 16),
    "giant": Size(1408, 40, 16, 48 / 11),
    "giantopt": Size(1536, 40, 16),
    "gigantic": Size(1664, 48, 16, 64 / 13),
}

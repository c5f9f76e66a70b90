"""How many tokens a picture becomes and how much memory its run takes, told from sizes alone. Imports no torch."""

from __future__ import annotations

import math
from typing import NamedTuple

from vitviz.models.config import ModelConfig, SwinConfig, SwinV2Config, ViTConfig

BYTES = 4  # of a number: everything is float32


class Footprint(NamedTuple):
    """What a run of a picture of one size takes.

    Attributes:
        patches: how many patches the picture is cut into.
        tokens: these and the tokens before them.
        kept: bytes that the trace holds.
        opened: bytes of one block's tensors, the largest one's: what is made when somebody looks into it.
    """

    patches: int
    tokens: int
    kept: int
    opened: int

    @property
    def nbytes(self) -> int:
        """What is held at once while one block is open."""
        return self.kept + self.opened


def footprint(config: ModelConfig, height: int, width: int) -> Footprint:
    """What a run of a picture of ``height`` x ``width`` pixels takes; sides are padded to whole patches."""
    rows, columns = -(-height // config.patch_size), -(-width // config.patch_size)
    kept, opened = (
        _of_swin(config, rows, columns) if isinstance(config, SwinConfig) else _of_vit(config, rows * columns)
    )
    image = config.in_channels * height * width
    return Footprint(
        rows * columns,
        rows * columns + config.num_prefix,
        BYTES * (image + kept + config.num_classes),
        BYTES * opened,
    )


def _of_vit(config: ViTConfig, patches: int) -> tuple[int, int]:
    """Numbers that the trace keeps, and numbers of one block's tensors."""
    n, d = patches + config.num_prefix, config.embed_dim
    # q, k and v are views of one tensor; norms or rotations make q and k anew.
    qkv = 5 if config.qk_norm or config.rotary is not None else 3
    kept = config.depth * (1 + qkv) * n * d + n * d
    # Scores and pattern, the softmax between them; what enters and leaves each step of a block, and the MLP's hidden.
    opened = 3 * config.num_heads * n * n + 18 * n * d + 2 * n * config.mlp_dim
    return kept, opened


def _of_swin(config: SwinConfig, rows: int, columns: int) -> tuple[int, int]:
    qkv = 5 if isinstance(config, SwinV2Config) else 3
    kept, opened = 0, 0
    for stage, (depth, heads) in enumerate(zip(config.depths, config.num_heads, strict=True)):
        before, c = rows * columns, config.stage_dim(stage)
        if stage:
            kept += before * c // 2  # what the merging starts from
            rows, columns = -(-rows // 2), -(-columns // 2)
        m = (
            min(config.stage_window(stage), rows, columns)
            if config.shift_rule != "native"
            else config.stage_window(stage)
        )
        windows = math.ceil(rows / m) * math.ceil(columns / m)
        n, padded = rows * columns, windows * m * m
        kept += depth * (n + qkv * padded) * c
        opened = max(opened, 3 * windows * heads * m**4 + 20 * padded * c + 2 * n * int(c * config.mlp_ratio))
    return kept + rows * columns * c, opened

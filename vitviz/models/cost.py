"""How much a model's blocks multiply and hold, from the configuration alone: an estimate, for planning."""

from __future__ import annotations

from typing import NamedTuple

from vitviz.models.config import ModelConfig, SwinConfig


class Cost(NamedTuple):
    """Multiplications of one run of all blocks, and the numbers that their weights are."""

    multiplications: int
    weights: int


def cost(config: ModelConfig, size: tuple[int, int] | None = None) -> Cost:
    """Of the products with the weights and of the attention; norms, biases and heads are small beside them.

    ``size`` is the picture's (height, width), by default what the configuration says.
    """
    size = size or config.image_size
    height, width = (-(-side // config.patch_size) for side in size)
    if not isinstance(config, SwinConfig):
        tokens = height * width + config.num_prefix
        return _blocks(config.depth, tokens, tokens, config.embed_dim, config.mlp_dim)
    windows = config.window_size
    total = Cost(0, 0)
    for stage, depth in enumerate(config.depths):
        rows, columns = -(-height // 2**stage), -(-width // 2**stage)
        dim = config.stage_dim(stage)
        window = windows if isinstance(windows, int) else windows[stage]
        tokens = rows * columns
        of_stage = _blocks(depth, tokens, min(window * window, tokens), dim, int(dim * config.mlp_ratio))
        total = Cost(total.multiplications + of_stage.multiplications, total.weights + of_stage.weights)
    return total


def _blocks(depth: int, tokens: int, keys: int, dim: int, hidden: int) -> Cost:
    """``keys`` is how many tokens each one looks at."""
    weights = 4 * dim * dim + 2 * dim * hidden
    return Cost(depth * tokens * (weights + 2 * keys * dim), depth * weights)

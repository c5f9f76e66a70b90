"""Which token is at each place of each window of a block, known before the model runs."""

from __future__ import annotations

import torch
from torch import Tensor

from vitviz.models import windows
from vitviz.models.swin import PatchMerging, SwinBlock, SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.segments import Network


def token_places(network: Network, grid: tuple[int, int], block: int) -> Tensor:
    """The tokens of attention block number ``block``, (W, K), -1 for padding; ``grid`` are the picture's patches.

    As ``trace.blocks[block].tokens``, for a run that is yet to come.

    Raises:
        ValueError: for a model that is neither a ViT nor a Swin.
    """
    if isinstance(network, VisionTransformer):
        return torch.arange(network.config.num_prefix + grid[0] * grid[1]).unsqueeze(0)  # (1, N)
    if not isinstance(network, SwinTransformer):
        raise ValueError("attention can be forbidden in a ViT and in a Swin: this model is neither")
    height, width = grid
    number = -1
    for _, module in network.steps():
        if isinstance(module, PatchMerging):
            height, width = -(-height // 2), -(-width // 2)
        number += isinstance(module, SwinBlock)
        if isinstance(module, SwinBlock) and number == block:
            return windows.token_map(module.window_grid(height, width))  # (W, M*M)
    raise ValueError(f"this model has {number + 1} attention blocks, there is no block {block}")

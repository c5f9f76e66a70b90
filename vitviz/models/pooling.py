"""What stands in for the whole picture where it is not the class token alone."""

from __future__ import annotations

import torch
from torch import Tensor

from vitviz.models.config import ViTConfig


def pool_tokens(x: Tensor, config: ViTConfig) -> Tensor:
    """One vector of all patches, or of all tokens with ``pool_prefix``. (B, N, D) -> (B, D), "token_avg": (B, 2*D)."""
    tokens = x if config.pool_prefix else x[:, config.num_prefix :]  # (B, h*w or N, D)
    if config.pool == "max":
        return tokens.amax(dim=1)  # (B, D)
    mean = tokens.mean(dim=1)  # (B, D)
    if config.pool == "avgmax":
        return (tokens.amax(dim=1) + mean) / 2  # (B, D)
    if config.pool == "token_avg":
        return torch.cat([x[:, 0], mean], dim=1)  # (B, 2*D)
    return mean

"""Everything that tells one member of a model family from another. Plain data: nothing here imports torch."""

from __future__ import annotations

from vitviz.models.swin_config import MASKED_SCORE, ShiftRule, SwinConfig, SwinV2Config
from vitviz.models.vit_config import Activation, Pool, Rotary, ViTConfig

__all__ = [
    "MASKED_SCORE",
    "Activation",
    "ModelConfig",
    "Pool",
    "Rotary",
    "ShiftRule",
    "SwinConfig",
    "SwinV2Config",
    "ViTConfig",
    "norms_after",
]

ModelConfig = ViTConfig | SwinConfig


def norms_after(config: ModelConfig) -> bool:
    """Whether a block's layer norms stand behind attention and MLP, before their output is added to the stream."""
    return isinstance(config, SwinV2Config) or (
        isinstance(config, ViTConfig) and config.norm_place == "after"
    )

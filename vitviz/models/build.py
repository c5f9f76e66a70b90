"""From a configuration to a network."""

from __future__ import annotations

from vitviz.models.bert import Bert
from vitviz.models.config import ModelConfig, SwinV2Config, ViTConfig
from vitviz.models.detr import Detr
from vitviz.models.gpt import Gpt
from vitviz.models.gru4rec import Gru4Rec
from vitviz.models.sasrec import SasRec
from vitviz.models.scene_config import DetrConfig, SwinUnetConfig
from vitviz.models.sequence_config import (
    BertConfig,
    GptConfig,
    GruConfig,
    SasRecConfig,
    SequenceConfig,
    TranslatorConfig,
)
from vitviz.models.sided import SidedNetwork
from vitviz.models.swin import SwinTransformer
from vitviz.models.swin_unet import SwinUnet
from vitviz.models.swin_v2 import SwinTransformerV2
from vitviz.models.translator import Translator
from vitviz.models.variant import VariantTransformer
from vitviz.models.vit import VisionTransformer


def build(config: ModelConfig) -> VisionTransformer | SwinTransformer:
    """The network that a configuration describes, its weights not yet filled."""
    if isinstance(config, ViTConfig):
        return VariantTransformer(config) if config.is_variant else VisionTransformer(config)
    return SwinTransformerV2(config) if isinstance(config, SwinV2Config) else SwinTransformer(config)


def build_scene_network(config: DetrConfig | SwinUnetConfig) -> Detr | SwinUnet:
    """The network of the picture book that a configuration describes, its weights not yet filled."""
    return SwinUnet(config) if isinstance(config, SwinUnetConfig) else Detr(config)


def build_sequence_network(config: SequenceConfig) -> SidedNetwork:
    """The network for rows of tokens that a configuration describes, its weights not yet filled.

    Raises:
        ValueError: if it is the configuration of no such network.
    """
    if isinstance(config, TranslatorConfig):
        return Translator(config)
    if isinstance(config, BertConfig):
        return Bert(config)
    if isinstance(config, GptConfig):
        return Gpt(config)
    if isinstance(config, SasRecConfig):
        return SasRec(config)
    if isinstance(config, GruConfig):
        return Gru4Rec(config)
    raise ValueError(f"there is no network for {type(config).__name__}")

"""Our ViT against timm's: class scores, every block's output and every attention pattern.

ViT-Ti and ViT-S have all their 12 blocks; DeiT, DINOv2 and CLIP are narrower and 4 deep, to be quick.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import TOLERANCE, Seen, compare, ours, watch
from vitviz.models.config import ViTConfig

timm = pytest.importorskip("timm")
pytestmark = pytest.mark.parity

TINY = ViTConfig(embed_dim=192, num_heads=3, num_classes=50)
SMALL_IMAGE = ViTConfig(image_size=(112, 112), embed_dim=96, depth=4, num_heads=3, num_classes=20)
DINO = replace(SMALL_IMAGE, patch_size=14, layer_scale=True)
DINO_ARGS = {"patch_size": 14, "init_values": 1e-5}
CLIP_NORM = partial(nn.LayerNorm, eps=1e-5)
CLIP_ARGS = {"pre_norm": True, "norm_layer": CLIP_NORM, "act_layer": "quick_gelu"}


@dataclass(frozen=True)
class Case:
    """One of timm's models, the configuration that should equal it, and the picture sizes to try."""

    config: ViTConfig
    sizes: tuple[tuple[int, int], ...]
    name: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)

    def build(self) -> nn.Module:
        """timm's model: one of its own by name, or one of the family in the size of ``config``."""
        arguments = {"num_classes": self.config.num_classes, "dynamic_img_size": True, **self.arguments}
        if self.name:
            return timm.create_model(self.name, **arguments)
        from timm.models.vision_transformer import VisionTransformer

        return VisionTransformer(
            img_size=self.config.image_size,
            embed_dim=self.config.embed_dim,
            depth=self.config.depth,
            num_heads=self.config.num_heads,
            **arguments,
        )


SIZES = ((112, 112), (140, 84), (168, 168))
CASES = {
    # 112 x 448 has as many patches as 224 x 224, on another grid.
    "ViT-Ti/16": Case(TINY, ((224, 224), (160, 224), (112, 448)), "vit_tiny_patch16_224"),
    "ViT-S/16": Case(
        replace(TINY, embed_dim=384, num_heads=6), ((224, 224), (160, 224)), "vit_small_patch16_224"
    ),
    "DeiT-Ti/16 distilled": Case(
        replace(TINY, distillation_token=True, depth=4),
        ((224, 224), (160, 224)),
        "deit_tiny_distilled_patch16_224",
        {"depth": 4},
    ),
    "DINOv2": Case(DINO, SIZES, arguments=DINO_ARGS),
    "DINOv2 with registers": Case(
        replace(DINO, num_registers=4, position_prefix=0),
        SIZES,
        arguments={**DINO_ARGS, "reg_tokens": 4, "no_embed_class": True},
    ),
    "CLIP": Case(
        replace(
            SMALL_IMAGE, norm_eps=1e-5, activation="quick_gelu", norm_before_blocks=True, patch_bias=False
        ),
        ((112, 112), (160, 96)),
        arguments={"patch_size": 16, **CLIP_ARGS},
    ),
    "mean pooling": Case(
        replace(SMALL_IMAGE, pool="avg", norm_after_pool=True),
        ((112, 112), (160, 96)),
        arguments={"patch_size": 16, "global_pool": "avg"},
    ),
    "no class token, no qkv bias, tanh GELU, non-square": Case(
        replace(
            SMALL_IMAGE,
            image_size=(96, 144),
            class_token=False,
            pool="avg",
            norm_after_pool=True,
            qkv_bias=False,
            activation="gelu_tanh",
        ),
        ((96, 144), (144, 96)),
        arguments={
            "patch_size": 16,
            "global_pool": "avg",
            "class_token": False,
            "qkv_bias": False,
            "act_layer": "gelu_tanh",
        },
    ),
}


@pytest.fixture(autouse=True)
def _unfused() -> Iterator[None]:
    """timm decides when a model is built whether its attention weights exist; it keeps that choice for the process."""
    from timm.layers import config

    before = config._USE_FUSED_ATTN
    timm.layers.set_fused_attn(False)
    yield
    config._USE_FUSED_ATTN = before


def look(model: Any, image: Tensor) -> Seen:
    """timm's scores, block outputs and patterns."""
    drops = [block.attn.attn_drop for block in model.blocks]
    return watch(lambda: model(image), model.blocks, drops, None)


@pytest.mark.parametrize("name", CASES)
def test_equals_timm(name: str) -> None:
    case = CASES[name]
    foreign = randomise(case.build(), seed=1).eval()
    network = ours(foreign, case.config)
    for height, width in case.sizes:
        image = random_picture(height, width, seed=2)
        gaps = compare(network, image, look(foreign, image))
        assert gaps.worst <= TOLERANCE, (height, width, gaps)


def test_a_batch_equals_its_pictures() -> None:
    foreign = randomise(CASES["DINOv2"].build(), seed=1).eval()
    network = ours(foreign, DINO)
    images = torch.cat([random_picture(112, 112, seed) for seed in (3, 4, 5)])
    with torch.no_grad():
        assert (network(images) - foreign(images)).abs().max() <= TOLERANCE

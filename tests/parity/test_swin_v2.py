"""Our Swin v2 against timm's and the one of transformers: class scores, every block's output, every attention pattern.

transformers adds the mask twice and decides on shifts once, by the rows of the native map; timm decides for each axis
of the picture that a model is made for. Both are settings of the configuration. Heads that are as sharp as the clamp
allows have scores up to 116, where float32 has steps of 8e-6: they are compared in float64.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from torch import Tensor, nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import TOLERANCE, Seen, compare, ours, watch
from vitviz.models.config import SwinV2Config

pytestmark = pytest.mark.parity

TINY = SwinV2Config(num_classes=50)
MINI = SwinV2Config(
    image_size=(128, 128), embed_dim=24, depths=(2, 3, 2), num_heads=(2, 3, 4), window_size=4, num_classes=20
)
PRETRAINED = replace(MINI, pretrained_window_sizes=(3, 6, 2))


def from_timm(config: SwinV2Config) -> nn.Module:
    """timm's Swin v2 of that configuration."""
    module = pytest.importorskip("timm.models.swin_transformer_v2")
    model = module.SwinTransformerV2(
        img_size=config.image_size,
        embed_dim=config.embed_dim,
        depths=config.depths,
        num_heads=config.num_heads,
        window_size=config.window_size,
        pretrained_window_sizes=config.pretrained_window_sizes or (0,) * config.num_stages,
        mlp_ratio=config.mlp_ratio,
        qkv_bias=config.qkv_bias,
        num_classes=config.num_classes,
    )
    return randomise(model, seed=1).eval()


def from_transformers(config: SwinV2Config) -> nn.Module:
    """transformers' Swin v2 of that configuration; nothing is left to a default."""
    module = pytest.importorskip("transformers")
    theirs = module.Swinv2Config(
        image_size=config.image_size[0],
        patch_size=config.patch_size,
        embed_dim=config.embed_dim,
        depths=list(config.depths),
        num_heads=list(config.num_heads),
        window_size=config.window_size,
        pretrained_window_sizes=list(config.pretrained_window_sizes or (0,) * config.num_stages),
        mlp_ratio=config.mlp_ratio,
        qkv_bias=config.qkv_bias,
        layer_norm_eps=config.norm_eps,
        hidden_act="gelu",
        num_labels=config.num_classes,
        attn_implementation="eager",
    )
    return randomise(module.Swinv2ForImageClassification(theirs), seed=1).eval()


def seen_by_timm(foreign: Any, image: Tensor) -> Seen:
    """One run of timm's model."""
    blocks = [block for stage in foreign.layers for block in stage.blocks]
    return watch(lambda: foreign(image), blocks, [block.attn.softmax for block in blocks], None)


def seen_by_transformers(foreign: Any, image: Tensor) -> Seen:
    """One run of transformers' model."""
    blocks = [block for stage in foreign.swinv2.encoder.layers for block in stage.blocks]
    attentions = [block.attention for block in blocks]
    return watch(lambda: foreign(image, output_attentions=True).logits, blocks, attentions, 1)


@pytest.mark.parametrize(
    "config",
    [
        TINY,
        replace(TINY, image_size=(512, 256), depths=(2, 2, 2, 2)),
        MINI,
        replace(MINI, image_size=(128, 192), qkv_bias=False),
        replace(MINI, image_size=(64, 128)),  # the last map is 4 x 8: shifted across, not down
        replace(MINI, window_size=(4, 8, 2)),
        replace(MINI, image_size=(32, 32)),
        PRETRAINED,
        replace(MINI, image_size=(200, 168)),  # padded in every stage, and rolled before
    ],
    ids=[
        "tiny",
        "tiny at another size",
        "mini",
        "non-square, no bias",
        "one axis shifted",
        "windows per stage",
        "window as large as the map",
        "pretrained windows",
        "padded windows",
    ],
)
def test_equals_timm(config: SwinV2Config) -> None:
    config = replace(config, shift_rule="axis")
    foreign: Any = from_timm(config)
    image = random_picture(*config.image_size, seed=2)
    gaps = compare(ours(foreign, config), image, seen_by_timm(foreign, image))
    assert gaps.worst <= TOLERANCE, gaps


@pytest.mark.parametrize(
    ("config", "size"),
    [
        (TINY, (256, 256)),
        (
            replace(TINY, depths=(2, 2, 2, 2)),
            (300, 276),
        ),  # maps 75x69, 38x35, 19x18, 10x9: sides are padded in every stage
        (MINI, (128, 128)),
        (MINI, (200, 168)),
        (MINI, (157, 113)),  # not even whole patches
        (MINI, (40, 24)),  # maps smaller than a window
        (replace(MINI, image_size=(64, 64)), (128, 128)),  # the last stage was never shifted, and is not now
        (replace(MINI, qkv_bias=False, mlp_ratio=2.0), (96, 140)),
        (PRETRAINED, (128, 160)),
        (replace(MINI, norm_eps=1e-3, merging_eps=1e-5), (128, 128)),
    ],
)
def test_equals_transformers(config: SwinV2Config, size: tuple[int, int]) -> None:
    config = replace(config, shift_rule="native", masked_score=-200.0)
    foreign: Any = from_transformers(config)
    image = random_picture(*size, seed=2)
    gaps = compare(ours(foreign, config), image, seen_by_transformers(foreign, image))
    assert gaps.worst <= TOLERANCE, gaps


@pytest.mark.parametrize("library", ["timm", "transformers"])
def test_the_sharpest_heads_are_clamped_alike(library: str) -> None:
    """Temperatures are no smaller than 0.01, and a mask of -100 does not hide every pair from such a head."""
    theirs = library == "transformers"
    config = replace(
        MINI, shift_rule="native" if theirs else "axis", masked_score=-200.0 if theirs else -100.0
    )
    foreign = (from_transformers if theirs else from_timm)(config).double()
    for name, parameter in foreign.named_parameters():
        if name.endswith("logit_scale"):
            parameter.data[::2] = 5.0  # exp(5) is 148
    image = random_picture(*config.image_size, seed=2).double()
    seen = (seen_by_transformers if theirs else seen_by_timm)(foreign, image)
    gaps = compare(ours(foreign, config).double(), image, seen)
    assert gaps.worst <= 1e-9, gaps

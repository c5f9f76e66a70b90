"""Our Swin against timm's and the one of transformers: class scores, every block's output, every attention pattern.

timm rolls the map before it pads it, so that neighbours across the picture's border attend to one another: another
function wherever windows do not divide the map, which a configuration of timm asks for. transformers returns the
patterns of the last block of each stage only, and a block of it that once saw a small map stays changed: here every
block is hooked and every picture has a model of its own.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import TOLERANCE, compare, ours, watch
from vitviz.models.config import SwinConfig

pytestmark = pytest.mark.parity

SWIN_T = SwinConfig(num_classes=50)
MINI = SwinConfig(
    image_size=(128, 128), embed_dim=24, depths=(2, 3, 2), num_heads=(2, 3, 4), window_size=4, num_classes=20
)
# The map of the last two stages is as large as a window, and smaller.
TINY_MAP = replace(MINI, image_size=(32, 32), depths=(2, 2, 2))


def from_timm(config: SwinConfig) -> nn.Module:
    """timm's Swin of that configuration."""
    module = pytest.importorskip("timm.models.swin_transformer")
    model = module.SwinTransformer(
        img_size=config.image_size,
        embed_dim=config.embed_dim,
        depths=config.depths,
        num_heads=config.num_heads,
        window_size=config.window_size,
        qkv_bias=config.qkv_bias,
        num_classes=config.num_classes,
        norm_layer=partial(nn.LayerNorm, eps=config.norm_eps),
    )
    for block in (block for stage in model.layers for block in stage.blocks):
        block.attn.fused_attn = False  # or its softmax is never called
    return randomise(model, seed=1).eval()


def from_transformers(config: SwinConfig) -> nn.Module:
    """transformers' Swin of that configuration; nothing is left to a default."""
    module = pytest.importorskip("transformers")
    theirs = module.SwinConfig(
        image_size=config.image_size[0],
        patch_size=config.patch_size,
        embed_dim=config.embed_dim,
        depths=list(config.depths),
        num_heads=list(config.num_heads),
        window_size=config.window_size,
        mlp_ratio=config.mlp_ratio,
        qkv_bias=config.qkv_bias,
        layer_norm_eps=config.norm_eps,
        hidden_act="gelu",
        use_absolute_embeddings=config.absolute_position,
        num_labels=config.num_classes,
        attn_implementation="eager",
    )
    return randomise(module.SwinForImageClassification(theirs), seed=1).eval()


@pytest.mark.parametrize(
    "config",
    [
        SWIN_T,
        replace(
            SWIN_T, image_size=(224, 448), depths=(2, 2, 2, 2)
        ),  # the last map is 7 x 14: shifted across, not down
        MINI,
        TINY_MAP,
        replace(MINI, image_size=(128, 192), qkv_bias=False),
        replace(MINI, image_size=(128, 64)),
        replace(MINI, window_size=(4, 8, 2)),
        replace(MINI, image_size=(200, 168)),  # maps 50 x 42, 25 x 21 and 13 x 11: padded in every stage
        replace(MINI, image_size=(128, 176)),  # maps 32 x 44, 16 x 22 and 8 x 11: padded across only
        replace(MINI, norm_eps=1e-3),
    ],
    ids=[
        "Swin-T",
        "Swin-T for 224x448",
        "mini",
        "window as large as the map",
        "non-square, no qkv bias",
        "one axis shifted",
        "windows per stage",
        "padded windows",
        "padded across",
        "another epsilon",
    ],
)
def test_equals_timm(config: SwinConfig) -> None:
    config = replace(config, shift_rule="axis")
    foreign: Any = from_timm(config)
    image = random_picture(*config.image_size, seed=2)
    blocks = [block for stage in foreign.layers for block in stage.blocks]
    seen = watch(lambda: foreign(image), blocks, [block.attn.softmax for block in blocks], None)
    gaps = compare(ours(foreign, config), image, seen)
    assert gaps.worst <= TOLERANCE, gaps


@pytest.mark.parametrize(
    ("config", "size"),
    [
        (SWIN_T, (224, 224)),
        (SWIN_T, (260, 236)),  # maps 65x59, 33x30, 17x15, 9x8: sides are padded in every stage and odd in two
        (MINI, (128, 128)),
        (MINI, (200, 168)),
        (MINI, (157, 113)),  # not even whole patches
        (replace(MINI, qkv_bias=False, mlp_ratio=2.0), (96, 140)),
        (
            replace(MINI, image_size=(64, 64)),
            (64, 128),
        ),  # the last map is 4 x 8, and nothing of it is shifted
        (replace(MINI, absolute_position=True), (128, 128)),
        (replace(MINI, norm_eps=1e-3, merging_eps=1e-5), (128, 128)),
    ],
)
def test_equals_transformers(config: SwinConfig, size: tuple[int, int]) -> None:
    foreign: Any = from_transformers(config)
    network = ours(foreign, config)
    image = random_picture(*size, seed=2)
    blocks = [block for stage in foreign.swin.encoder.layers for block in stage.blocks]
    seen = watch(lambda: foreign(image).logits, blocks, [block.attention for block in blocks], 1)
    gaps = compare(network, image, seen)
    assert gaps.worst <= TOLERANCE, gaps


def test_a_batch_equals_its_pictures() -> None:
    """The windows of one picture lie together, and every picture has the same mask."""
    foreign: Any = from_transformers(MINI)
    network = ours(foreign, MINI)
    images = torch.cat([random_picture(120, 152, seed) for seed in (3, 4)])
    with torch.no_grad():
        expected = copy.deepcopy(foreign)(images).logits
        assert (network(images) - expected).abs().max() <= TOLERANCE


def test_absolute_positions_are_interpolated_as_in_transformers() -> None:
    config = replace(MINI, absolute_position=True)
    foreign: Any = from_transformers(config)
    network, image = ours(foreign, config), random_picture(160, 96)
    with torch.no_grad():
        expected = foreign(image, interpolate_pos_encoding=True).logits
        assert (network(image) - expected).abs().max() <= TOLERANCE


@pytest.mark.parametrize("library", ["timm", "transformers"])
def test_a_backbone_without_a_head_ends_with_the_mean_of_its_map(library: str) -> None:
    if library == "timm":
        config = replace(MINI, num_classes=0, shift_rule="axis")
        foreign: Any = from_timm(config)
    else:
        config = replace(MINI, num_classes=0)
        foreign = from_transformers(MINI).swin
    network, image = ours(foreign, config), random_picture(*config.image_size, seed=2)
    with torch.no_grad():
        theirs = foreign(image)
        expected = theirs if library == "timm" else theirs.pooler_output
        assert expected.shape == (1, 96)
        assert (network(image) - expected).abs().max() <= TOLERANCE
    assert network.head is None

"""Key maps on made-up weights: the layouts that no library here writes, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.conftest import randomise
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.keymaps import convert

VIT = ViTConfig((32, 32), embed_dim=8, depth=2, num_heads=2, num_classes=3)
SWIN = SwinConfig((32, 32), embed_dim=8, depths=(2, 1, 1), num_heads=(2, 2, 4), window_size=2, num_classes=3)


def weights(config: ModelConfig) -> dict[str, Tensor]:
    return dict(randomise(build(config)).state_dict())


def renamed(state: Mapping[str, Tensor], *rules: tuple[str, str]) -> dict[str, Tensor]:
    """Rename keys by search and replace."""
    result = {}
    for key, tensor in state.items():
        for pattern, replacement in rules:
            key = re.sub(pattern, replacement, key)
        result[key] = tensor
    return result


def assert_same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("config", [VIT, SWIN], ids=["ViT", "Swin"])
def test_our_own_names_stay(config: ModelConfig) -> None:
    state = weights(config)
    converted = convert(state, config)
    assert_same(converted, state)
    assert all(converted[name] is state[name] for name in state), "tensors were copied"


def test_swin_as_its_authors_write_it() -> None:
    """Patch mergings close a stage, and two kinds of buffers are in the file."""
    state = weights(SWIN)
    theirs = renamed(
        state, (r"layers\.1\.downsample", "layers.0.downsample"), (r"layers\.2\.d", "layers.1.d")
    )
    theirs["layers.0.blocks.1.attn_mask"] = torch.zeros(16, 4, 4)
    theirs["layers.0.blocks.0.attn.relative_position_index"] = torch.zeros(4, 4, dtype=torch.long)
    assert_same(convert(theirs, SWIN), state)


def test_swin_as_timm_writes_it() -> None:
    state = weights(SWIN)
    assert_same(convert(renamed(state, (r"^head\.", "head.fc.")), SWIN), state)


def test_swin_of_transformers_moves_every_merging() -> None:
    """Also where a third stage's name becomes that of the second one before that has moved."""
    state = weights(SWIN)
    theirs = {
        f"encoder.layers.{stage}.downsample.{kind}": state[f"layers.{stage + 1}.downsample.{kind}"]
        for stage in (0, 1)
        for kind in ("norm.weight", "norm.bias", "reduction.weight")
    }
    theirs["embeddings.patch_embeddings.projection.weight"] = state["patch_embed.proj.weight"]
    converted = convert(theirs, SWIN)
    assert_same(converted, {name: state[name] for name in converted})
    assert len(converted) == 7


def test_other_names_of_timm_and_of_the_authors() -> None:
    config = replace(
        VIT,
        layer_scale=True,
        num_registers=2,
        representation_size=6,
        class_token=False,
        pool="avg",
        norm_after_pool=True,
    )
    state = weights(config)
    theirs = renamed(
        state,
        ("reg_token", "register_tokens"),
        (r"pre_logits\.", "pre_logits.fc."),
        (r"ls([12])\.gamma", r"gamma_\1"),
        (r"^norm\.", "fc_norm."),
    )
    assert not state.keys() & theirs.keys() & {"reg_token", "norm.weight", "blocks.0.ls1.gamma"}
    theirs["mask_token"] = torch.zeros(1, 8)
    assert_same(convert(theirs, config), state)


def test_a_norm_on_the_other_side_of_the_pooling_is_refused() -> None:
    """Or its weights load without an error and give wrong scores."""
    theirs = renamed(weights(VIT), (r"^norm\.", "fc_norm."))
    with pytest.raises(CheckpointError) as refused:
        convert(theirs, VIT)
    assert refused.value.code == "norm_after_pool"


def test_query_key_and_value_are_joined_in_that_order() -> None:
    parts = {
        name: torch.full((8, 8), value) for name, value in (("key", 2.0), ("value", 3.0), ("query", 1.0))
    }
    theirs = {f"encoder.layer.0.attention.attention.{name}.weight": part for name, part in parts.items()}
    theirs["embeddings.patch_embeddings.projection.weight"] = torch.zeros(8, 3, 16, 16)
    joined = convert(theirs, VIT)["blocks.0.attn.qkv.weight"]
    assert joined[:, 0].tolist() == [1.0] * 8 + [2.0] * 8 + [3.0] * 8


@pytest.mark.parametrize(
    ("config", "extra", "sentence"),
    [
        (VIT, {"attn.a": 0, "attn.b": 0}, r"no place in the model: attn\.a, attn\.b$"),
        (VIT, dict.fromkeys("vwxyz", 0), r"no place in the model: v, w, x and 2 more$"),
        (
            SWIN,
            {"layers.0.blocks.0.attn.logit_scale": 0},
            r"no place in the model: layers\.0\.blocks\.0\.attn\.log",
        ),
        (
            VIT,
            {"register_tokens": 0, "reg_token": 0},
            r"two of these weights are both reg_token; the second is reg_token",
        ),
        (VIT, {"blocks.0.norm1.weight.more": 0}, "no place in the model"),
        (VIT, {"my.cls_token": 0}, "no place in the model"),
    ],
)
def test_what_is_left_over_is_named(config: ModelConfig, extra: dict[str, int], sentence: str) -> None:
    state = weights(config) | {key: torch.tensor(value) for key, value in extra.items()}
    with pytest.raises(ValueError, match=sentence):
        convert(state, config)


@pytest.mark.parametrize("prefix", ["vit.", "deit.", "dinov2_with_registers.", ""])
def test_a_missing_key_projection_is_named(prefix: str) -> None:
    theirs = {
        f"{prefix}embeddings.patch_embeddings.projection.weight": torch.zeros(8, 3, 16, 16),
        f"{prefix}encoder.layer.1.attention.attention.query.weight": torch.zeros(8, 8),
        f"{prefix}encoder.layer.1.attention.attention.value.weight": torch.zeros(8, 8),
    }
    with pytest.raises(ValueError, match=r"but blocks\.1\.attn\.k\.weight is not there"):
        convert(theirs, VIT)


def test_weights_of_the_other_family_are_refused() -> None:
    with pytest.raises(ValueError, match="no place in the model: cls_token, pos_embed"):
        convert(weights(VIT), SWIN)
    with pytest.raises(ValueError, match=r"no place in the model: patch_embed\.norm\.weight"):
        convert(weights(SWIN), VIT)


def test_an_unknown_layout_is_refused() -> None:
    theirs = {"conv1.weight": torch.zeros(1), "layer1.0.bn1.weight": torch.zeros(1)}
    with pytest.raises(ValueError, match=r"no layout of a Vision Transformer .*: conv1\.weight, layer1"):
        convert(theirs, VIT)
    with pytest.raises(ValueError, match="no layout of a Swin Transformer"):
        convert({}, SWIN)


def test_the_input_is_left_as_it_is() -> None:
    state = weights(SWIN)
    before = dict(state)
    convert(state, SWIN)
    assert state.keys() == before.keys()
    assert all(state[name] is before[name] for name in state)

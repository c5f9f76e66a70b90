"""Key maps on what transformers really writes to a file: the older names, which its own models no longer use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from tests.conftest import randomise
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.zoo.keymaps import convert

transformers: Any = pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

VIT = ViTConfig((32, 32), embed_dim=24, depth=2, num_heads=3, num_classes=5)
SIZES = {
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "image_size": 32,
    "patch_size": 16,
}
WIDE = {**SIZES, "intermediate_size": 96}
SWIN = SwinConfig((32, 32), embed_dim=12, depths=(2, 1), num_heads=(2, 3), window_size=4, num_classes=5)


Made = tuple[nn.Module, ModelConfig]


def _vit() -> Made:
    return transformers.ViTForImageClassification(transformers.ViTConfig(**WIDE, num_labels=5)), VIT


def _vit_without_head() -> Made:
    return transformers.ViTModel(transformers.ViTConfig(**WIDE)), VIT


def _deit() -> Made:
    model = transformers.DeiTForImageClassificationWithTeacher(transformers.DeiTConfig(**WIDE, num_labels=5))
    return model, replace(VIT, distillation_token=True)


def _dino() -> Made:
    return transformers.Dinov2Model(transformers.Dinov2Config(**SIZES)), replace(VIT, layer_scale=True)


def _dino_with_registers() -> Made:
    model = transformers.Dinov2WithRegistersModel(transformers.Dinov2WithRegistersConfig(**SIZES))
    return model, replace(VIT, layer_scale=True, num_registers=4, position_prefix=1)


CLIP = replace(VIT, norm_before_blocks=True, patch_bias=False, head_bias=False)


def _clip() -> Made:
    config = transformers.CLIPVisionConfig(**WIDE, projection_dim=5)
    return transformers.CLIPVisionModelWithProjection(config), CLIP


def _clip_without_projection() -> Made:
    return transformers.CLIPVisionModel(transformers.CLIPVisionConfig(**WIDE)), CLIP


def _whole_clip() -> Made:
    text = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.CLIPConfig(vision_config=WIDE, text_config=text, projection_dim=5)
    return transformers.CLIPModel(config), CLIP


def _swin() -> Made:
    config = transformers.SwinConfig(
        image_size=32, embed_dim=12, depths=[2, 1], num_heads=[2, 3], window_size=4, num_labels=5
    )
    return transformers.SwinForImageClassification(config), SWIN


MAKERS = (
    _vit,
    _vit_without_head,
    _deit,
    _dino,
    _dino_with_registers,
    _clip,
    _clip_without_projection,
    _whole_clip,
    _swin,
)


@pytest.mark.parametrize("make", MAKERS)
def test_the_file_and_the_model_give_the_same(make: Callable[[], Made], tmp_path: Path) -> None:
    model, config = make()
    randomise(model)
    model.save_pretrained(tmp_path)
    from_file = convert(load_file(tmp_path / "model.safetensors"), config)
    from_memory = convert(model.state_dict(), config)
    assert from_file.keys() == from_memory.keys()
    assert all(torch.equal(from_file[name], from_memory[name]) for name in from_file)
    has_head = any(name.startswith("head.") for name in from_file)
    expected = {
        name: tensor.shape
        for name, tensor in build(config).state_dict().items()
        if has_head or not name.startswith("head.")
    }
    assert {name: tensor.shape for name, tensor in from_file.items()} == expected


def test_the_files_have_the_older_names(tmp_path: Path) -> None:
    """Or this module would test nothing that the other parity tests do not."""
    model, _ = _vit()
    model.save_pretrained(tmp_path)
    names = load_file(tmp_path / "model.safetensors").keys()
    assert "vit.encoder.layer.0.attention.attention.query.weight" in names
    assert "vit.layers.0.attention.q_proj.weight" in model.state_dict()

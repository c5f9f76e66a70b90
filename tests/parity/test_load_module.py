"""Models from code: everything randomised, weights taken over, both run on the same picture."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import vitviz
from tests.conftest import random_picture, randomise
from tests.zoo.test_load_files import refused
from vitviz.images import Preprocessing
from vitviz.zoo.understand.transformers_defaults import DEFAULTS

timm: Any = pytest.importorskip("timm")
transformers: Any = pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

SMALL = Preprocessing(size=32)
TOLERANCE = 1e-5
SIZES: dict[str, Any] = {
    "hidden_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "image_size": 32,
    "patch_size": 8,
    "num_labels": 5,
}
WIDE = SIZES | {"intermediate_size": 96}
SWIN: dict[str, Any] = {
    "image_size": 32,
    "patch_size": 2,
    "embed_dim": 24,
    "depths": [2, 2],
    "num_heads": [2, 4],
    "window_size": 4,
    "num_labels": 5,
}
TEXT = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
T = transformers
# Model, family and how many classes.
CASES: dict[str, tuple[Callable[[], nn.Module], str, int]] = {
    "ViT": (lambda: T.ViTForImageClassification(T.ViTConfig(**WIDE)), "ViT", 5),
    "ViT, headless": (lambda: T.ViTModel(T.ViTConfig(**WIDE)), "ViT", 0),
    "DeiT": (lambda: T.DeiTForImageClassification(T.DeiTConfig(**WIDE)), "DeiT distilled", 5),
    "DeiT with teacher": (
        lambda: T.DeiTForImageClassificationWithTeacher(T.DeiTConfig(**WIDE)),
        "DeiT distilled",
        5,
    ),
    "DINOv2": (lambda: T.Dinov2ForImageClassification(T.Dinov2Config(**SIZES)), "DINOv2", 5),
    "DINOv2, headless": (lambda: T.Dinov2Model(T.Dinov2Config(**SIZES)), "DINOv2", 0),
    "DINOv2 with registers": (
        lambda: T.Dinov2WithRegistersForImageClassification(T.Dinov2WithRegistersConfig(**SIZES)),
        "DINOv2",
        5,
    ),
    "MAE": (lambda: T.ViTMAEModel(T.ViTMAEConfig(**WIDE)), "MAE", 0),
    "I-JEPA": (lambda: T.IJepaForImageClassification(T.IJepaConfig(**WIDE)), "I-JEPA", 5),
    "CLIP": (lambda: T.CLIPVisionModel(T.CLIPVisionConfig(**WIDE)), "CLIP", 0),
    "CLIP, projected": (lambda: T.CLIPVisionModelWithProjection(T.CLIPVisionConfig(**WIDE)), "CLIP", 0),
    "MAE with its decoder": (
        lambda: T.ViTMAEForPreTraining(T.ViTMAEConfig(**WIDE, decoder_num_hidden_layers=1)),
        "MAE",
        0,
    ),
    "BEiT": (
        lambda: T.BeitForImageClassification(T.BeitConfig(**WIDE, use_relative_position_bias=True)),
        "BEiT",
        5,
    ),
    "DINOv3": (lambda: T.DINOv3ViTModel(T.DINOv3ViTConfig(**WIDE, num_register_tokens=4)), "DINOv3", 0),
    "DINOv3 without registers": (lambda: T.DINOv3ViTModel(T.DINOv3ViTConfig(**WIDE)), "DINOv3", 0),
    "SigLIP": (lambda: T.SiglipVisionModel(T.SiglipVisionConfig(**WIDE)), "SigLIP", 0),
    "SigLIP with classes": (
        lambda: T.SiglipForImageClassification(T.SiglipConfig(vision_config=WIDE, num_labels=5)),
        "SigLIP",
        5,
    ),
    "DINOv3, SwiGLU": (
        lambda: T.DINOv3ViTModel(
            T.DINOv3ViTConfig(**WIDE, num_register_tokens=4, use_gated_mlp=True, hidden_act="silu")
        ),
        "DINOv3",
        0,
    ),
    "CLIP with its texts": (
        lambda: T.CLIPModel(T.CLIPConfig(vision_config=WIDE, text_config=TEXT, projection_dim=5)),
        "CLIP",
        0,
    ),
    "Swin v2": (
        lambda: T.Swinv2ForImageClassification(T.Swinv2Config(**SWIN, pretrained_window_sizes=[0, 0])),
        "Swin v2",
        5,
    ),
    "Swin, headless": (lambda: T.SwinModel(T.SwinConfig(**SWIN)), "Swin", 0),
    "Swin": (lambda: T.SwinForImageClassification(T.SwinConfig(**SWIN)), "Swin", 5),
    "Swin, another epsilon": (
        lambda: T.SwinForImageClassification(T.SwinConfig(**SWIN, layer_norm_eps=1e-2)),
        "Swin",
        5,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_module_of_transformers_and_its_folder(name: str, tmp_path: Path) -> None:
    make, family, classes = CASES[name]
    module = randomise(make(), seed=1)
    model = vitviz.load_model(module, preprocessing=SMALL)
    assert model.check is not None
    assert model.check.largest_gap <= TOLERANCE
    assert model.check.scale > 0.1
    features = "pooled" if name == "SigLIP" else "last_hidden_state"
    assert model.check.compared == ("logits" if classes else features)
    assert model.entry.title.startswith(family)
    assert model.entry.num_classes == classes
    assert model.entry.source.kind == "code"
    module.save_pretrained(tmp_path)
    loaded = vitviz.load_model(tmp_path, preprocessing=SMALL)
    assert loaded.entry.config == model.entry.config
    with torch.no_grad():
        assert torch.equal(loaded.network(random_picture(32, 32)), model.network(random_picture(32, 32)))


NARROW = {"embed_dim": 48, "depth": 2, "num_heads": 3}
TIMM: dict[str, dict[str, Any]] = {
    "vit_tiny_patch16_224": {},
    "vit_tiny_patch16_384": {"global_pool": "avg"},
    "vit_wee_patch16_reg1_gap_256": {},
    "vit_medium_patch16_gap_240": {"depth": 3},
    "deit_tiny_distilled_patch16_224": {"depth": 3},
    "deit3_small_patch16_224": {"depth": 3},
    "vit_small_patch14_reg4_dinov2": {"depth": 3, "img_size": 112},
    "vit_xsmall_patch16_clip_224": {"depth": 3, "num_classes": 0},
    "eva02_tiny_patch14_224": {"depth": 1},
    "eva02_base_patch16_clip_224": {"depth": 1},
    "eva_giant_patch14_clip_224": NARROW,
    "eva02_enormous_patch14_clip_224": NARROW,
    "vit_small_patch16_rope_224": NARROW,
    "vit_small_patch16_rope_mixed_ape_224": NARROW,
    "vit_betwixt_patch16_rope_reg4_gap_256": NARROW,
    "vit_small_patch16_dinov3": NARROW,
    "vit_small_plus_patch16_dinov3_qkvb": NARROW | {"num_classes": 0},
    "beit_base_patch16_224": NARROW,
    "swinv2_tiny_window8_256": {"depths": (2, 1, 1, 1)},
    "swin_tiny_patch4_window7_224": {"depths": (2, 1, 1, 1)},
    "swin_small_patch4_window7_224": {"depths": (2, 2, 2, 2), "img_size": (224, 448)},
    "swin_base_patch4_window7_224": {
        "depths": (2, 2, 2),
        "num_heads": (2, 4, 8),
        "embed_dim": 32,
        "img_size": 180,  # maps of 45, 23 and 12 patches
    },
}


@pytest.mark.parametrize("name", TIMM)
def test_a_module_of_timm(name: str) -> None:
    arguments = {"num_classes": 7, **TIMM[name]}
    module = randomise(timm.create_model(name, **arguments), seed=1)
    model = vitviz.load_model(module)
    assert model.check is not None
    assert model.check.largest_gap <= TOLERANCE
    assert model.entry.num_classes == arguments["num_classes"]
    assert model.entry.preprocessing.mean == tuple(module.pretrained_cfg["mean"])
    assert model.entry.preprocessing.height_width == model.entry.config.image_size


def test_the_module_stays_as_it_was() -> None:
    module = randomise(T.ViTForImageClassification(T.ViTConfig(**WIDE)))
    module.train()
    module.vit.layernorm.eval()
    before = copy.deepcopy(module.state_dict())
    model = vitviz.load_model(module, preprocessing=SMALL)
    assert module.training
    assert not module.vit.layernorm.training
    with torch.no_grad():
        module.classifier.weight.zero_()
    assert torch.equal(model.network.state_dict()["head.weight"], before["classifier.weight"])


def test_half_precision_is_compared_as_far_as_it_goes() -> None:
    module = randomise(T.ViTForImageClassification(T.ViTConfig(**WIDE))).to(torch.bfloat16)
    model = vitviz.load_model(module, preprocessing=SMALL)
    assert model.check is not None
    assert model.check.tolerance == pytest.approx(3e-2 * model.check.scale)
    assert all(parameter.dtype == torch.float32 for parameter in model.network.parameters())


def test_a_module_that_computes_something_else_is_refused() -> None:
    module = randomise(T.ViTForImageClassification(T.ViTConfig(**WIDE)))
    module.config.layer_norm_eps = 1e-2  # what it was built with is another one
    error = refused("other_function", lambda: vitviz.load_model(module, preprocessing=SMALL))
    assert "ViTForImageClassification" in str(error)


def test_a_module_that_is_not_known_is_refused() -> None:
    refused("unknown_module", lambda: vitviz.load_model(nn.Linear(2, 2), preprocessing=SMALL))
    refused(
        "unknown_module", lambda: vitviz.load_model(timm.create_model("test_resnet"), preprocessing=SMALL)
    )
    parallel = timm.create_model("vit_small_patch16_18x2_224", depth=1)
    refused("unknown_module", lambda: vitviz.load_model(parallel))
    resnet = T.ResNetModel(T.ResNetConfig(embedding_size=8, hidden_sizes=[8], depths=[1]))
    refused("refused_convolution", lambda: vitviz.load_model(resnet, preprocessing=SMALL))
    refused("missing_preprocessing", lambda: vitviz.load_model(T.ViTModel(T.ViTConfig(**WIDE))))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (
            lambda: T.CLIPForImageClassification(T.CLIPConfig(vision_config=WIDE, num_labels=5)),
            "refused_no_norm",
        ),
        (lambda: T.DINOv3ViTModel(T.DINOv3ViTConfig(**WIDE, use_gated_mlp=True)), "unknown_choice"),
    ],
    ids=["CLIP's classifier", "a gate that is no SiLU"],
)
def test_what_would_be_another_function_is_refused_from_code_and_from_its_folder(
    make: Callable[[], nn.Module], code: str, tmp_path: Path
) -> None:
    module = make()
    refused(code, lambda: vitviz.load_model(module, preprocessing=SMALL))
    module.save_pretrained(tmp_path)
    refused(code, lambda: vitviz.load_model(tmp_path, preprocessing=SMALL))


@pytest.mark.parametrize("kind", DEFAULTS)
def test_the_defaults_are_those_of_transformers(kind: str) -> None:
    theirs = T.AutoConfig.for_model(kind)
    for name, value in DEFAULTS[kind].items():
        assert json.loads(json.dumps(getattr(theirs, name))) == value, name

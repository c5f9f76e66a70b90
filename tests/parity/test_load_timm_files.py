"""Folders as timm saves them, loaded by ``load_model``: scores equal timm's, also where a wrong reading makes no error.

Until every choice was read from the configuration, several of these loaded without an error and were 0.3 to 2.5 off.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import vitviz
from tests.conftest import random_picture, randomise
from tests.zoo.test_load_files import refused
from vitviz.images import Preprocessing

timm: Any = pytest.importorskip("timm")
hub: Any = pytest.importorskip("timm.models._hub")
pytestmark = pytest.mark.parity

TOLERANCE = 1e-5
NARROW: dict[str, Any] = {"embed_dim": 48, "depth": 2, "num_heads": 3}
SWIN: dict[str, Any] = {"depths": (1, 1, 1, 2), "embed_dim": 24, "num_heads": (1, 2, 2, 4)}
# Architecture, what was changed of it, and how many classes it has.
CASES: dict[str, tuple[str, dict[str, Any], int]] = {
    "norms behind the sublayers": ("vit_base_patch16_rpn_224", NARROW, 7),
    "RoPE, axial": ("vit_small_patch16_rope_224", NARROW, 7),
    "RoPE, mixed and learned positions": ("vit_small_patch16_rope_mixed_ape_224", NARROW, 7),
    "RoPE, registers": ("vit_mediumd_patch16_rope_reg1_gap_256", NARROW, 7),
    "DINOv3": ("vit_small_patch16_dinov3", NARROW, 0),
    "DINOv3 with classes": ("vit_base_patch16_dinov3_qkvb", NARROW, 7),
    "LingBot": ("vit_small_patch16_lingbot", NARROW | {"img_size": 256}, 0),
    "EVA-02": ("eva02_tiny_patch14_336", {"depth": 1}, 7),
    "EVA": ("eva_giant_patch14_224", NARROW, 7),
    "BEiT": ("beit_base_patch16_224", NARROW, 7),
    "norm after pooling": ("vit_base_patch16_224", NARROW | {"global_pool": "avg"}, 7),
    "headless": ("vit_small_patch14_reg4_dinov2", NARROW | {"img_size": 112}, 0),
    "Swin, one axis no longer than a window": (
        "swin_tiny_patch4_window7_224",
        SWIN | {"img_size": (224, 448)},
        7,
    ),
    "Swin, windows that do not divide": ("swin_small_patch4_window7_224", SWIN | {"img_size": 180}, 7),
    "Swin, headless": ("swin_base_patch4_window7_224", SWIN, 0),
}


def save(folder: Path, name: str, arguments: dict[str, Any], classes: int) -> nn.Module:
    """A model of timm with noise for weights, saved as timm saves it; its folder says what was changed of it."""
    module = randomise(timm.create_model(name, num_classes=classes, **arguments), seed=1).eval()
    hub.save_for_hf(module, folder, model_args=arguments or None, safe_serialization=True)
    return module


@pytest.mark.parametrize("case", CASES)
def test_a_folder_of_timm_computes_what_timm_does(case: str, tmp_path: Path) -> None:
    name, arguments, classes = CASES[case]
    module = save(tmp_path, name, arguments, classes)
    model = vitviz.load_model(tmp_path)
    assert model.entry.num_classes == classes
    image = random_picture(*model.entry.config.image_size, seed=2)
    with torch.no_grad():
        theirs = module(image)
        assert theirs.std() > 0.1
        assert (model.network(image) - theirs).abs().max() <= TOLERANCE


@pytest.mark.parametrize(("pool", "code"), [("avg", "norm_after_pool"), ("token", "norm_before_pool")])
def test_a_norm_on_the_other_side_of_the_pooling_is_refused(tmp_path: Path, pool: str, code: str) -> None:
    save(tmp_path, "vit_base_patch16_224", NARROW | {"global_pool": pool}, 7)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    config["global_pool"] = config["model_args"]["global_pool"] = {"avg": "token", "token": "avg"}[pool]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    refused(code, lambda: vitviz.load_model(tmp_path))


@pytest.mark.parametrize(
    ("classes", "tag", "expected"), [(512, "openai", 0), (512, "openai_ft_mine", 512), (7, "", 7)]
)
def test_the_projection_of_a_clip_makes_no_classes(
    tmp_path: Path, classes: int, tag: str, expected: int
) -> None:
    module = save(tmp_path, "vit_base_patch16_clip_224", NARROW, classes)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    config["pretrained_cfg"] |= {"tag": tag, "num_classes": classes}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    model = vitviz.load_model(tmp_path)
    assert model.entry.num_classes == expected
    image = random_picture(224, 224, seed=2)
    with torch.no_grad():
        theirs = (
            module(image)
            if expected
            else module.forward_head(module.forward_features(image), pre_logits=True)
        )
        assert (model.network(image) - theirs).abs().max() <= TOLERANCE
    module.pretrained_cfg = {**config["pretrained_cfg"], "architecture": "vit_base_patch16_clip_224"}
    assert vitviz.load_model(module).entry.num_classes == expected


def test_a_file_of_timm_and_its_name(tmp_path: Path) -> None:
    """Without a configuration beside it: the name of the architecture does."""
    module = save(tmp_path, "eva02_tiny_patch14_224", {}, 0)
    (tmp_path / "config.json").unlink()
    seen = Preprocessing(size=224)
    file = tmp_path / "model.safetensors"
    model = vitviz.load_model(file, config="eva02_tiny_patch14_224.mim_in22k", preprocessing=seen)
    image = random_picture(224, 224, seed=2)
    with torch.no_grad():
        assert (model.network(image) - module(image)).abs().max() <= TOLERANCE

"""Every architecture of timm whose name is understood here, against timm's own model of that name."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch

from vitviz.models.config import ViTConfig
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.fill import check_plan, empty_network
from vitviz.zoo.keymaps import plan
from vitviz.zoo.read.tensors import Held
from vitviz.zoo.understand.timm_architectures import architecture
from vitviz.zoo.understand.timm_module import read_module

timm: Any = pytest.importorskip("timm")
pytestmark = pytest.mark.parity

MODULES = ("vision_transformer", "deit", "eva", "beit", "swin_transformer", "swin_transformer_v2")
# Every model of these is refused by name, each for a reason of its own.
OTHERS = (
    "vision_transformer_hybrid",
    "vision_transformer_relpos",
    "vision_transformer_sam",
    "hiera",
    "convnext",
    "naflexvit",
    "swin_transformer_v2_cr",
)


def code_of(name: str) -> str | None:
    """Why an architecture is refused, or None."""
    try:
        architecture(name)
    except CheckpointError as refused:
        return refused.code
    return None


@cache
def understood() -> tuple[str, ...]:
    """The names of timm that have a configuration here."""
    found = []
    for module in MODULES:
        for name in timm.list_models(module=module):
            if code_of(name) is None:
                found.append(name)
    return tuple(found)


def test_most_of_timms_vits_are_understood() -> None:
    assert len(understood()) >= 210
    for known in (
        "vit_base_patch16_224",
        "deit3_base_patch16_224",
        "vit_large_patch14_reg4_dinov2",
        "swin_base_patch4_window12_384",
        "eva02_large_patch14_448",
        "vit_small_patch16_rope_mixed_ape_224",
        "vit_7b_patch16_dinov3",
        "beitv2_large_patch16_224",
    ):
        assert known in understood()


def kinds() -> tuple[str, ...]:
    """One of the names that differ by the size of the pictures only."""
    return tuple({re.sub(r"_\d{3}$", "", name): name for name in understood()}.values())


@pytest.fixture
def depths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many blocks timm was asked for, one after another; its ViTs are built with two, which takes a tenth."""
    asked: list[int] = []
    for kind in (timm.models.VisionTransformer, timm.models.Eva, timm.models.Beit):
        real = kind.__init__

        def build(self: Any, *args: Any, real: Any = real, depth: int = 12, **kwargs: Any) -> None:
            asked.append(depth)
            real(self, *args, depth=2, **kwargs)

        monkeypatch.setattr(kind, "__init__", build)
    return asked


def test_the_name_and_timms_model_say_the_same(depths: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitviz.zoo.read.memory.available", lambda: 1 << 50)  # nothing is taken
    monkeypatch.setattr(
        "timm.layers.weight_init._trunc_normal_", lambda tensor, *_: tensor
    )  # nothing to fill
    for name in kinds():
        with torch.device("meta"):
            module = timm.create_model(name)
        read = architecture(name)
        if isinstance(read.config, ViTConfig):
            assert read.config.depth == depths.pop(), name
            read = read._replace(config=replace(read.config, depth=2))
        theirs = read_module(module).config
        assert replace(read.config, num_classes=theirs.num_classes) == theirs, name
        tensors = Held(module.state_dict())
        check_plan(empty_network(theirs).state_dict(), plan(tensors.headers, theirs), tensors.headers)


@pytest.mark.parametrize("module", OTHERS)
def test_what_is_not_built_is_refused_by_name(module: str) -> None:
    for name in timm.list_models(module=module):
        assert str(code_of(name)).startswith("refused_"), name

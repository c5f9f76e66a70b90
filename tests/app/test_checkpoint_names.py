"""What sent weights are called."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from vitviz.app.checkpoint_names import name_of, named
from vitviz.zoo.load import load_model


@pytest.mark.parametrize(
    ("weights", "table", "name"),
    [
        (["my vit.pth"], None, "my vit"),
        (["b-00001-of-00002.safetensors", "b-00002-of-00002.safetensors"], None, "b"),
        (["model.safetensors"], None, "model"),
        (["model.safetensors"], {"_name_or_path": "google/vit-base"}, "vit-base"),
        (["model.safetensors"], {"_name_or_path": "./", "architecture": "deit_tiny"}, "deit_tiny"),
        (["model-00001-of-00001.safetensors"], {"_name_or_path": "a\nb" * 900}, None),
        (["pytorch_model.bin"], ["no table"], "pytorch_model"),
    ],
)  # fmt: skip
def test_the_weights_own_name(tmp_path: Path, weights: list[str], table: object, name: str | None) -> None:
    if table is not None:
        (tmp_path / "config.json").write_text(json.dumps(table), encoding="utf-8")
    called = name_of(tmp_path, weights)
    assert called == name if name else len(called) <= 400 and "\n" not in called


def test_its_title_keeps_the_family() -> None:
    model = load_model("vit-test")
    sent = replace(model, entry=replace(model.entry, name="upload", title="ViT: upload"))
    assert named(sent, "mine").entry.title == "ViT: mine"
    assert named(sent, "mine").entry.name == "mine"

"""Damaged files of the embedded models: one sentence that names the file and what to do, for that model only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from vitviz.app.sentences import sentence
from vitviz.samples import read_samples
from vitviz.zoo import facts, registry, shipped, shipped_entry
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.load import load_model
from vitviz.zoo.scene_models import SCENE_MODELS, load_scene_model

REAL = registry.ASSETS
WEIGHTS, CARD, LABELS = "weights/vit-tiny.safetensors", "weights/vit-tiny.json", "labels/everyday20.json"


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of what vit-tiny and swin-mini need, to be damaged."""
    for name in ("weights", "labels"):
        shutil.copytree(REAL / name, tmp_path / name)
    for module in (facts, shipped):
        monkeypatch.setattr(module, "ASSETS", tmp_path)
    monkeypatch.setattr(registry, "_labels", shipped.class_names)
    facts.weight_facts.cache_clear()
    yield tmp_path
    facts.weight_facts.cache_clear()


def damage(assets: Path, file: str, how: str) -> None:
    path = assets / file
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "swapped":
        path.write_bytes(path.with_stem("swin-mini").read_bytes())
    elif how == "one bit":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        path.write_bytes({"cut off": content[: len(content) // 2], "empty": b"", "foreign": b"[1]"}[how])


@pytest.mark.parametrize(("file", "how", "code"), [
    *((WEIGHTS, how, "shipped_damaged") for how in ("cut off", "empty", "swapped", "one bit")),
    *((CARD, how, "shipped_damaged") for how in ("cut off", "empty", "foreign", "swapped")),
    *((LABELS, how, "shipped_damaged") for how in ("cut off", "empty", "foreign")),
    *((file, "missing", "shipped_missing") for file in (WEIGHTS, CARD, LABELS)),
])  # fmt: skip
def test_a_damaged_file_is_named_with_what_to_do(assets: Path, file: str, how: str, code: str) -> None:
    damage(assets, file, how)
    with pytest.raises(CheckpointError, match="install vitviz again") as refused:
        load_model("vit-tiny")
    assert refused.value.code == code
    # A card of another model is right in itself: the weights are not those that it speaks of.
    assert refused.value.fields["file"] == Path(WEIGHTS if (file, how) == (CARD, "swapped") else file).name


@pytest.mark.parametrize("name", SCENE_MODELS)
@pytest.mark.parametrize("how", ["cut off", "one bit", "missing", "foreign card", "no card"])
def test_so_is_one_of_a_model_of_the_picture_book(
    assets: Path, monkeypatch: pytest.MonkeyPatch, name: str, how: str
) -> None:
    monkeypatch.setattr(shipped_entry, "ASSETS", assets)
    file = f"weights/{name}.{'json' if 'card' in how else 'safetensors'}"
    damage(assets, file, how.removesuffix(" card").replace("no", "missing"))
    with pytest.raises(CheckpointError, match="install vitviz again") as refused:
        load_scene_model(name)
    assert refused.value.fields["file"] == Path(file).name
    assert "vitviz" in sentence(refused.value, "zh")


def test_another_model_still_loads(assets: Path) -> None:
    damage(assets, WEIGHTS, "cut off")
    loaded = load_model("swin-mini")
    with torch.inference_mode():
        assert loaded.network(torch.zeros(1, 3, 224, 224)).isfinite().all()


@pytest.mark.parametrize("content", [None, "", "{", "[1]", '[{"file": "a.png"}]', "{}x"])
def test_a_list_of_samples_that_is_broken_has_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "pictures.json").write_text(content, encoding="utf-8")
    assert read_samples(tmp_path) == ()

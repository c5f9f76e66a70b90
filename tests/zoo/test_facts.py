"""What the app knows of embedded weights is what lies beside them, and it is used as torch would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from vitviz.train.checkpoint import sha256
from vitviz.zoo.facts import WeightFacts, read_facts, weight_facts
from vitviz.zoo.load import load_model
from vitviz.zoo.registry import ASSETS, find
from vitviz.zoo.scene_models import SCENE_MODELS
from vitviz.zoo.sequence_models import SEQUENCE_MODELS

WEIGHTS = ASSETS / "weights"
OF_OTHER_PAGES = SCENE_MODELS.keys() | SEQUENCE_MODELS.keys()
EMBEDDED = [path.stem for path in sorted(WEIGHTS.glob("*.safetensors")) if path.stem not in OF_OTHER_PAGES]
FIGURES = {"per_class": {"a": 0.5, "b": 0.6}, "pictures": 9, "top1": 0.55, "ece": 0.1, "ece_scaled": 0.05}
SURE: dict[str, Any] = {"unsure_share": 0.2, "unsure_below": 0.4}


def facts(tmp_path: Path, figures: dict[str, Any]) -> WeightFacts:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"sha256": "0", "temperature": 0.5, "figures": figures}), encoding="utf-8")
    return read_facts(path)


@pytest.mark.parametrize("name", EMBEDDED)
def test_weights_are_those_of_their_card_and_load_bit_for_bit(name: str) -> None:
    path, known = WEIGHTS / f"{name}.safetensors", weight_facts(find(name))
    assert known is not None
    assert known.sha256 == sha256(path)
    assert f"`{known.sha256}`" in (WEIGHTS / f"{name}.md").read_text(encoding="utf-8")
    loaded, stored = load_model(name).network.state_dict(), load_file(path)
    assert loaded.keys() == stored.keys()
    for key, tensor in stored.items():
        assert tensor.dtype == torch.float16
        assert loaded[key].dtype == torch.float32
        assert torch.equal(loaded[key], tensor.float()), key
        assert torch.equal(loaded[key].half(), tensor), key


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_card_is_complete(name: str) -> None:
    known, entry = weight_facts(find(name)), find(name)
    assert known is not None
    assert known.classes == entry.class_names
    assert 0.05 < known.temperature < 20
    assert 0 < known.unsure_below < 1
    assert 0 < known.unsure_share < 0.5
    text = (WEIGHTS / f"{name}.md").read_text(encoding="utf-8")
    for figure in (f"| {known.top1:.1%} |", f"| {known.ece:.3f} |", f"divided by {known.temperature:.3f} "):
        assert figure in text


def test_calibrated_probabilities_are_torchs(tmp_path: Path) -> None:
    known = facts(tmp_path, FIGURES | SURE)
    logits = torch.tensor([[1.0, 3.0], [0.2, 0.1]])
    assert torch.equal(known.calibrated(logits), torch.softmax(logits / 0.5, dim=-1))
    assert torch.equal(known.calibrated(logits).argmax(-1), logits.argmax(-1))


def test_unsure_is_what_lies_below_the_threshold(tmp_path: Path) -> None:
    known = facts(tmp_path, FIGURES | SURE)
    assert [known.unsure(confidence) for confidence in (0.0, 0.399, 0.4, 1.0)] == [True, True, False, False]


def test_without_a_threshold_nothing_is_unsure(tmp_path: Path) -> None:
    known = facts(tmp_path, FIGURES)
    assert not known.unsure(0.0)


def test_a_model_without_weights_has_no_facts() -> None:
    assert weight_facts(find("vit-test")) is None


def test_a_missing_or_foreign_card_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.json is missing .* vitviz\.train\.export"):
        read_facts(tmp_path / "none.json")
    for text in ("{", "[]", '{"sha256": "0"}'):
        (tmp_path / "bad.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"bad\.json is not what"):
            read_facts(tmp_path / "bad.json")

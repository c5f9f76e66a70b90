"""The models of rows of tokens: those that are shipped are those of their card, and good enough to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import vitviz
from vitviz.models.translator import END, Translator
from vitviz.train.checkpoint import sha256
from vitviz.train.sequence_card import sequence_card
from vitviz.train.sequence_export import GOALS
from vitviz.worlds.sentences import Phrase, Sentence, to_ids
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import ASSETS
from vitviz.zoo.sequence_models import SEQUENCE_MODELS, load_sequence_model, token_names

SHIPPED = [name for name, entry in SEQUENCE_MODELS.items() if entry.trained]


@pytest.mark.parametrize("name", SEQUENCE_MODELS)
def test_its_vocabulary_fits_and_it_says_whether_it_is_trained(name: str) -> None:
    model = load_sequence_model(name)
    assert model.trained == (name in SHIPPED)
    assert len(model.entry.token_names) == model.entry.config.vocab_size
    assert len(set(model.entry.token_names)) == len(model.entry.token_names)
    assert name not in {entry.name for entry in vitviz.list_models()}


def test_an_unknown_one_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(CheckpointError, match="translator-mini"):
        load_sequence_model("vit-tiny")


def test_a_missing_or_damaged_vocabulary_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitviz.zoo.sequence_models.ASSETS", tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cut.npz").write_bytes(b"PK")
    (tmp_path / "data" / "bytes.txt").write_bytes(b"\xff\xfe")
    for file in ("gone.txt", "gone.npz", "cut.npz", "bytes.txt"):
        with pytest.raises(CheckpointError, match=file):
            token_names(file)


def test_what_is_shipped_is_what_its_card_says_and_reaches_its_goal() -> None:
    for name in SHIPPED:
        path = ASSETS / "weights" / f"{name}.safetensors"
        facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        assert facts["sha256"] == sha256(path)
        assert path.with_suffix(".md").read_text(encoding="utf-8") == sequence_card(facts)
        assert all(facts["figures"][figure] >= least for figure, least in GOALS[facts["task"]].items())
        stored = load_file(path)
        assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
        loaded = load_sequence_model(name).network.state_dict()
        assert loaded.keys() == stored.keys()
        assert all(torch.equal(loaded[key], tensor.float()) for key, tensor in stored.items())
    assert sum((ASSETS / "weights" / f"{name}.safetensors").stat().st_size for name in SHIPPED) < 8_000_000


def test_the_translator_translates_and_looks_at_the_word_that_it_writes() -> None:
    network = load_sequence_model("translator-mini").network
    assert isinstance(network, Translator)
    sentence = Sentence("there", Phrase("boat", "three", "purple"), Phrase("mushroom"), "left of")
    tokens = torch.tensor([[*to_ids(sentence.english), END]])
    written = network.translate(tokens, 30)
    assert written.tolist() == [[*to_ids(sentence.chinese), END]]

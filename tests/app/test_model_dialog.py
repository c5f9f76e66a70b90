"""What the dialog says of a checkpoint that was refused: in both languages, with a stranger's text as text."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from vitviz.app import networks, session, words
from vitviz.app.model_dialog import Said, from_files, from_hub
from vitviz.app.sentences import sentence
from vitviz.app.texts_zh import texts_zh
from vitviz.zoo.errors import SENTENCES, CheckpointError
from vitviz.zoo.load import load_model
from vitviz.zoo.source import no_progress


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_refusal_has_a_chinese_sentence_and_no_other() -> None:
    assert set(texts_zh("checkpoint_refusals")) == set(SENTENCES)


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_fill_in_the_same_and_show_it_as_text(code: str) -> None:
    assert fields(texts_zh("checkpoint_refusals")[code]) == fields(SENTENCES[code])
    error = CheckpointError(code, **dict.fromkeys(fields(SENTENCES[code]), "**x** <b>"))
    for language in ("en", "zh"):
        said = sentence(error, language)
        assert "**x**" not in said
        assert "<b>" not in said.replace("\\<", "")


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../outside", "vit-tiny", "a/b/c", "model.safetensors", "~/x"]
)
def test_what_is_typed_as_a_hubs_name_is_no_path(name: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        from_hub(name, None, no_progress)
    assert refused.value.code == "hub_not_found"


def test_a_folder_that_has_a_hubs_name_is_not_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError) as refused:
        from_hub("owner/name", None, no_progress)
    assert refused.value.code.startswith("hub_")


@pytest.mark.parametrize("config", ["/etc/config.json", "../config", "config.json", "a/b"])
def test_what_is_typed_as_an_architecture_is_no_path(config: str, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as refused:
        from_files(tmp_path, Said(config), no_progress)
    assert refused.value.code == "unknown_configuration"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    kept: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", kept)
    return kept


@pytest.mark.usefixtures("state")
def test_no_name_comes_back_after_its_model_went() -> None:
    model = load_model("vit-test")
    upload = replace(model, entry=replace(model.entry, name="upload"))
    names = [session.add_model(upload) for _ in range(6)]
    assert len(set(names)) == 6
    assert list(session.own_models()) == names[-networks.KEPT_MODELS :]


def _uploads_without_a_folder() -> None:
    # AppTest runs this function's source in a script of its own.
    from unittest import mock

    from vitviz.app import model_dialog

    with mock.patch.object(model_dialog.uploads, "open", side_effect=OSError("no space")):
        model_dialog._from_upload()


def test_where_no_folder_can_be_made_a_sentence_says_so() -> None:
    page = AppTest.from_function(_uploads_without_a_folder).run()
    assert not page.exception
    assert [error.value for error in page.error] == [words.table()["upload.disk"]["en"]]

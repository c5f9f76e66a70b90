"""What the dialog says of a checkpoint that was refused: in both languages, with a stranger's text as text."""

from __future__ import annotations

import string

import pytest

from vitviz.app.model_dialog import in_chinese, sentence
from vitviz.zoo.errors import SENTENCES, CheckpointError


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_refusal_has_a_chinese_sentence_and_no_other() -> None:
    assert set(in_chinese()) == set(SENTENCES)


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_fill_in_the_same_and_show_it_as_text(code: str) -> None:
    assert fields(in_chinese()[code]) == fields(SENTENCES[code])
    error = CheckpointError(code, **dict.fromkeys(fields(SENTENCES[code]), "**x** <b>"))
    for language in ("en", "zh"):
        said = sentence(error, language)
        assert "**x**" not in said
        assert "<b>" not in said.replace("\\<", "")

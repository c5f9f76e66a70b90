"""The errors of loading are one sentence, whatever the file that they speak of holds."""

from __future__ import annotations

import string

import pytest

from vitviz.zoo.errors import LONGEST_FIELD, SENTENCES, CheckpointError


@pytest.mark.parametrize("code", SENTENCES)
def test_every_code_is_one_sentence(code: str) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(SENTENCES[code]) if name]
    error = CheckpointError(code, **dict.fromkeys(names, "it"))
    assert error.code == code
    assert error.fields == dict.fromkeys(names, "it")
    assert "\n" not in str(error)
    assert "{" not in str(error)
    assert not str(error).endswith(".")


def test_a_field_is_one_short_line() -> None:
    error = CheckpointError("unknown_source", kind="a\nb\x1b[31m\u202ec" + 1000 * "x")
    assert error.fields["kind"].startswith("a b [31m c")
    assert len(error.fields["kind"]) == LONGEST_FIELD
    assert "\n" not in str(error)

"""What the errors of the library say in a person's language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from vitviz.app.markup import as_text
from vitviz.zoo.errors import SENTENCES, CheckpointError


def sentence(error: CheckpointError, language: str) -> str:
    """What the error says in a language; what came from a file is shown as it is, never as markup."""
    pattern = in_chinese()[error.code] if language == "zh" else SENTENCES[error.code]
    filled = pattern.format(**error.fields)
    return as_text(filled[:1].upper() + filled[1:])


@cache
def in_chinese() -> dict[str, str]:
    """The sentences of all codes of a ``CheckpointError``."""
    return tomllib.loads((Path(__file__).parent / "checkpoint_refusals_zh.toml").read_text(encoding="utf-8"))

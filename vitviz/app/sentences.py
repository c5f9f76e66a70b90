"""What the errors of the library, and its notes on pictures, say in a person's language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from vitviz.app.markup import as_text
from vitviz.images import ImageError
from vitviz.images.errors import SENTENCES as PICTURE_SENTENCES
from vitviz.images.notes import NOTES, Note
from vitviz.zoo.errors import SENTENCES, CheckpointError


def sentence(error: CheckpointError | ImageError, language: str) -> str:
    """What the error says in a language; what came from a file is shown as it is, never as markup."""
    if isinstance(error, CheckpointError):
        patterns = in_chinese() if language == "zh" else SENTENCES
        filled = patterns[error.code].format(**error.fields)
    elif error.code:
        patterns = of_pictures_in_chinese() if language == "zh" else PICTURE_SENTENCES
        filled = patterns[error.code].format(**error.values)
    else:
        filled = str(error)
    return as_text(filled[:1].upper() + filled[1:])


def note(of: Note, language: str) -> str:
    """What was done to a picture, in a language; shown letter by letter."""
    patterns = notes_in_chinese() if language == "zh" else NOTES
    return as_text(patterns[of.code].format(**of.values))


@cache
def in_chinese() -> dict[str, str]:
    """The sentences of all codes of a ``CheckpointError``."""
    return _table("checkpoint_refusals_zh.toml")


@cache
def of_pictures_in_chinese() -> dict[str, str]:
    """The sentences of all codes of an ``ImageError``."""
    return _table("picture_refusals_zh.toml")


@cache
def notes_in_chinese() -> dict[str, str]:
    """The texts of all codes of a ``Note``."""
    return _table("picture_notes_zh.toml")


def _table(name: str) -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))

"""The sentences of a browser part for hosts without the app: a notebook, an HTML file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")


def part_words(part: str, language: str) -> dict[str, str]:
    """What ``words.toml`` of the part in this folder says in a language, by the rest of each key after ``part.``.

    Raises:
        ValueError: for a language that vitviz does not speak.
    """
    if language not in LANGUAGES:
        raise ValueError(f"vitviz speaks {' and '.join(LANGUAGES)}, not {language!r}")
    return {key.removeprefix(f"{part}."): sentence[language] for key, sentence in _table(part).items()}


@cache
def _table(part: str) -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / part / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))

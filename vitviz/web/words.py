"""The sentences of browser parts for hosts without the app: a notebook, an HTML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

LANGUAGES = ("en", "zh")


class Speaker(Protocol):
    """Who says the sentences of a part: the app's ``words``, in the language of a person, or a ``Speech``."""

    def section(self, name: str) -> dict[str, str]:
        """All sentences whose keys begin with ``name.``, by the rest of the key."""

    def say(self, key: str, /, **values: object) -> str:
        """The sentence of a key with its places filled."""


@dataclass(frozen=True)
class Speech:
    """What the parts say in one language.

    Raises:
        ValueError: for a language that vitviz does not speak.
    """

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"vitviz speaks {' and '.join(LANGUAGES)}, not {self.language!r}")

    def section(self, name: str) -> dict[str, str]:
        """All sentences whose keys begin with ``name.``, by the rest of the key, with their ``{places}`` still open."""
        return {
            key.removeprefix(f"{name}."): sentence[self.language]
            for key, sentence in table().items()
            if key.startswith(f"{name}.")
        }

    def say(self, key: str, /, **values: object) -> str:
        """The sentence of that key with ``{name}`` filled in.

        Raises:
            KeyError: if no part has such a sentence.
        """
        sentence = table()[key][self.language]
        return sentence.format(**values) if values else sentence


def part_words(part: str, language: str) -> dict[str, str]:
    """All sentences of the part in this folder in a language, by the rest of each key after ``part.``.

    Raises:
        ValueError: for a language that vitviz does not speak.
    """
    return Speech(language).section(part)


@cache
def table() -> dict[str, dict[str, str]]:
    """Key -> language -> sentence of all parts: what several of them say, and what each has in its folder."""
    found: dict[str, dict[str, str]] = {}
    for path in files():
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def files() -> list[Path]:
    """The files that these sentences stand in."""
    here = Path(__file__).parent
    return [here / "words.toml", *sorted(here.glob("*/words.toml"))]

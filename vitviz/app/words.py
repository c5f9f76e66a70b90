"""Every sentence that a page says, in English and Simplified Chinese, from one table."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh": "\u4e2d\u6587"}


def _english() -> str:
    return "en"


_language: Callable[[], str] = _english


def speak(asked: Callable[[], str]) -> None:
    """Say from now on what ``asked()`` returns, one of ``LANGUAGES``; it is asked for every sentence."""
    global _language
    _language = asked


def language() -> str:
    """The language of the person who looks, one of ``LANGUAGES``."""
    return _language()


@cache
def table() -> dict[str, dict[str, str]]:
    """The whole table: key -> language -> sentence. What all pages say stands here, what one topic or one part says in
    its folder.

    Raises:
        ValueError: two files have a sentence of the same key.
    """
    here = Path(__file__).parent
    sentences: dict[str, dict[str, str]] = {}
    own_words = [*sorted(here.glob("topics/*/words.toml")), *sorted(here.parent.glob("web/*/words.toml"))]
    for path in [here / "words.toml", *own_words]:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
        if twice := own.keys() & sentences.keys():
            raise ValueError(f"{path.name} says {sorted(twice)[0]!r} again")
        sentences |= own
    return sentences


def section(name: str) -> dict[str, str]:
    """All sentences whose keys begin with ``name.``, by the rest of the key, with their ``{places}`` still open."""
    spoken = language()
    return {
        key.removeprefix(f"{name}."): sentences[spoken]
        for key, sentences in table().items()
        if key.startswith(f"{name}.")
    }


def say(key: str, /, **values: object) -> str:
    """The sentence of that key in the language of the person who looks, with ``{name}`` filled in.

    Raises:
        KeyError: if the table has no such key.
    """
    sentence = table()[key][language()]
    return sentence.format(**values) if values else sentence

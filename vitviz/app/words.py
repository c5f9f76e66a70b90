"""Every sentence that a page says, in English and Simplified Chinese, from one table."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from vitviz.web.words import files as of_parts

LANGUAGES = {"en": "English", "zh": "\u4e2d\u6587"}

# What a finger does in the place of a pointer; the longer of two phrases stands first.
TOUCH = {
    "en": (
        ("Move over", "Touch"),
        ("move over", "touch"),
        ("Point at", "Touch"),
        ("point at", "touch"),
        ("follows the pointer", "follows your finger"),
        ("Click", "Tap"),
        ("click", "tap"),
    ),
    "zh": (
        ("把指针", "把手指"),
        ("将指针", "将手指"),
        ("移动指针", "移动手指"),
        ("指向", "触摸"),
        ("单击", "点按"),
    ),
}


def _english() -> str:
    return "en"


def _by_pointer() -> bool:
    return False


_language: Callable[[], str] = _english
_touch: Callable[[], bool] = _by_pointer


def speak(asked: Callable[[], str], touch: Callable[[], bool] = _by_pointer) -> None:
    """Say from now on what ``asked()`` returns, one of ``LANGUAGES``, and where ``touch()`` that fingers touch and no
    pointer moves; both are asked for every sentence."""
    global _language, _touch
    _language, _touch = asked, touch


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
    for path in [here / "words.toml", *sorted(here.glob("topics/*/words.toml")), *of_parts()]:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
        if twice := own.keys() & sentences.keys():
            raise ValueError(f"{path.name} says {sorted(twice)[0]!r} again")
        sentences |= own
    return sentences


def section(name: str) -> dict[str, str]:
    """All sentences whose keys begin with ``name.``, by the rest of the key, with their ``{places}`` still open."""
    spoken = language()
    return {
        key.removeprefix(f"{name}."): _fitted(sentences[spoken])
        for key, sentences in table().items()
        if key.startswith(f"{name}.")
    }


def say(key: str, /, **values: object) -> str:
    """The sentence of that key in the language of the person who looks, with ``{name}`` filled in.

    Raises:
        KeyError: if the table has no such key.
    """
    sentence = _fitted(table()[key][language()])
    return sentence.format(**values) if values else sentence


def _fitted(sentence: str) -> str:
    """The sentence for what the person points with."""
    if _touch():
        for pointed, touched in TOUCH[language()]:
            sentence = sentence.replace(pointed, touched)
    return sentence

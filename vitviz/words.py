"""Every sentence that a page says, in English and Simplified Chinese, from one table (``words.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh": "\u4e2d\u6587"}


def _english() -> str:
    return "en"


_language: Callable[[], str] = _english


def speak(language: Callable[[], str]) -> None:
    """Say from now on what ``language()`` returns, one of ``LANGUAGES``; it is asked for every sentence."""
    global _language
    _language = language


@cache
def table() -> dict[str, dict[str, str]]:
    """The whole table: key -> language -> sentence."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def say(key: str, /, **values: object) -> str:
    """The sentence of that key in the language of the person who looks, with ``{name}`` filled in.

    Raises:
        KeyError: if the table has no such key.
    """
    sentence = table()[key][_language()]
    return sentence.format(**values) if values else sentence

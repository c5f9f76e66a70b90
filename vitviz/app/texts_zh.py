"""The tables of Chinese texts that are no sentences of a page, by file name: ``NAME_zh.toml`` beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{name}_zh.toml").read_text(encoding="utf-8"))


def texts_zh(name: str) -> dict[str, str]:
    """A table of one text a key."""
    return _table(name)


def lists_zh(name: str) -> dict[str, list[str]]:
    """A table of one list of texts a key."""
    return _table(name)

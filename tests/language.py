"""Whether texts that are on a page are in the language that the person chose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vitviz.app import words

OPEN_PLACE = re.compile(r"\{[A-Za-z_]\w*(?:[:!][^{}]*)?\}")
MARKUP = re.compile(r"\{[^{}]*\}|\*\*|`[^`]*`|\$[^$]*\$|\n|\[|\]\([^)]*\)|</?\w[^>]*>")


def english() -> list[str]:
    """Pieces of at least three words of the table's English sentences that the Chinese ones do not have as well."""
    chinese = "\n".join(sentence["zh"] for sentence in words.table().values())
    pieces = {piece.strip() for sentence in words.table().values() for piece in MARKUP.split(sentence["en"])}
    long = {piece for piece in pieces if len(re.findall(r"[A-Za-z]{2,}", piece)) >= 3}
    return sorted(piece for piece in long if piece not in chinese)


def check_language(texts: Iterable[str], language: str) -> None:
    """No place of a sentence is open; on a Chinese page there is no English sentence, on an English one there is."""
    given = list(texts)
    assert len(given) > 20
    open_places = [text for text in given if OPEN_PLACE.search(text)]
    assert not open_places, open_places
    all_of_it = "\n".join(given)
    found = [piece for piece in english() if piece in all_of_it]
    assert bool(found) == (language == "en"), found

"""Every text calls a thing by its one name in docs/glossary.toml, in both languages."""

import re
import tomllib
from pathlib import Path

import pytest

from vitviz.app import words

FILE = Path(__file__).parents[1] / "docs" / "glossary.toml"
TERMS = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
NOT_PROSE = re.compile(r"`[^`]*`|\$[^$]*\$|\{[^{}]*\}|<[^>]*>")


@pytest.fixture(scope="module")
def texts() -> dict[str, dict[str, str]]:
    """Language -> key -> text without code, formulas, tags and places to fill."""
    return {
        language: {key: NOT_PROSE.sub("\u2026", said[language]) for key, said in words.table().items()}
        for language in words.LANGUAGES
    }


@pytest.mark.parametrize("term", TERMS, ids=[term["en"] for term in TERMS])
def test_no_text_calls_it_otherwise(
    texts: dict[str, dict[str, str]], term: dict[str, str | list[str]]
) -> None:
    found = [
        (key, other.group())
        for language in words.LANGUAGES
        for variant in term.get(f"not_{language}", ())
        for key, text in texts[language].items()
        if (other := re.search(variant, text))
    ]
    assert not found


@pytest.mark.parametrize("term", TERMS, ids=[term["en"] for term in TERMS])
def test_a_term_is_used_and_explained(term: dict[str, str]) -> None:
    assert term["what"]
    for language in words.LANGUAGES:
        assert any(term[language] in said[language].lower() for said in words.table().values()), language
    assert set(term) <= {"en", "zh", "not_en", "not_zh", "what"}

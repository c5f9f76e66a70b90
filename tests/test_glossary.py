"""Every text calls a thing by its one name in docs/glossary.toml, in both languages."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vitviz.app import words
from vitviz.images.errors import SENTENCES as OF_PICTURES
from vitviz.images.notes import NOTES
from vitviz.samples import SAMPLES
from vitviz.zoo.errors import SENTENCES as OF_CHECKPOINTS

ROOT = Path(__file__).parents[1]
TERMS = tomllib.loads((ROOT / "docs" / "glossary.toml").read_text(encoding="utf-8"))["term"]
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\$[^$]*\$|\{[^{}]*\}|<[^>]*>|\]\([^)]*\)", re.DOTALL)
Texts = dict[str, dict[str, str]]


def lessons(language: str) -> Iterator[tuple[str, str]]:
    """All that the lessons say."""
    for path in sorted((ROOT / "lessons").glob("*.toml")):
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        for step in [{"title": found["title"]}, *found["step"]]:
            said = [text[language] for text in step.values() if isinstance(text, dict)]
            yield f"{path.name} {step.get('link', 'title')}", "\n".join(said)


def english() -> Iterator[tuple[str, str]]:
    """Where a text stands, and the text."""
    yield from ((key, said["en"]) for key, said in words.table().items())
    yield from (OF_CHECKPOINTS | OF_PICTURES | NOTES).items()
    yield from ((sample.file, f"{sample.title}\n{sample.good_for}") for sample in SAMPLES)
    yield from lessons("en")


def chinese() -> Iterator[tuple[str, str]]:
    """The same in Chinese, with the tables that have only Chinese."""
    yield from ((key, said["zh"]) for key, said in words.table().items())
    for path in Path(words.__file__).parent.glob("*_zh.toml"):
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        yield from ((f"{path.stem} {key}", str(text)) for key, text in found.items())
    yield from ((sample.file, f"{sample.title_zh}\n{sample.good_for_zh}") for sample in SAMPLES)
    yield from lessons("zh")
    yield "README.zh.md", (ROOT / "README.zh.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def texts() -> Texts:
    """Language -> key -> text without code, formulas, tags, addresses and places to fill."""
    return {
        language: {key: NOT_PROSE.sub("\u2026", text) for key, text in found}
        for language, found in (("en", english()), ("zh", chinese()))
    }


@pytest.mark.parametrize("term", TERMS, ids=[term["en"] for term in TERMS])
def test_no_text_calls_it_otherwise(texts: Texts, term: dict[str, str | list[str]]) -> None:
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
        assert any(term[language].lower() in said[language].lower() for said in words.table().values()), (
            language
        )
    assert set(term) <= {"en", "zh", "not_en", "not_zh", "what"}

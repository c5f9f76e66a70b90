"""Every sentence exists in both languages, with the same places to fill, and every key that a page asks for exists."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from vitviz.app import words

PACKAGE = Path(words.__file__).parent


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", words.table())
def test_both_languages_say_it_with_the_same_fields(key: str) -> None:
    sentences = words.table()[key]
    assert set(sentences) == set(words.LANGUAGES)
    assert fields(sentences["en"]) == fields(sentences["zh"])
    assert all(sentences.values())


@pytest.mark.parametrize(
    "path",
    [*PACKAGE.glob("topics/*/words.toml"), *PACKAGE.parent.glob("web/*/words.toml")],
    ids=lambda path: path.parent.name,
)
def test_the_words_of_a_topic_or_part_begin_with_its_name(path: Path) -> None:
    keys = tomllib.loads(path.read_text(encoding="utf-8"))
    assert keys.keys() <= words.table().keys()
    assert [key for key in keys if not key.startswith(f"{path.parent.name}.")] == []


def test_every_key_that_the_code_asks_for_is_in_the_table() -> None:
    asked = {
        key
        for path in PACKAGE.rglob("*.py")
        for key in re.findall(r'\bsay\(\s*"([^"{}]+)"', path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= set(words.table())


def test_a_sentence_is_filled_in_and_follows_the_language() -> None:
    try:
        words.speak(lambda: "zh")
        assert words.say("sidebar.untrained") == words.table()["sidebar.untrained"]["zh"]
        assert words.say("explorer.matrixTitle", map="h", n=3) == "h：3 x 3，行为 query，列为 key"
    finally:
        words.speak(lambda: "en")
    assert words.say("explorer.matrixTitle", map="h", n=3) == "h: 3 x 3, queries down, keys across"


def test_a_person_with_fingers_is_told_to_touch() -> None:
    try:
        words.speak(lambda: "en", lambda: True)
        assert words.say("tiles.choose") == "touch a cell to read it, tap to choose"
        assert "tap" in words.section("tiles")["choose"]
        words.speak(lambda: "zh", lambda: True)
        assert "指针" not in words.say("tiles.choose")
    finally:
        words.speak(lambda: "en")
    assert "click" in words.say("tiles.choose")

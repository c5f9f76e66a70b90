"""What errors say to a person is there in both languages, with the same places to fill in."""

import string

import pytest

from vitviz.app.sentences import of_pictures_in_chinese, sentence
from vitviz.images.errors import SENTENCES, image_error


def places(pattern: str) -> set[tuple[str | None, str | None]]:
    return {(name, form) for _, name, form, _ in string.Formatter().parse(pattern) if name}


def test_every_refusal_of_a_picture_is_said_in_both_languages() -> None:
    chinese = of_pictures_in_chinese()
    assert chinese.keys() == SENTENCES.keys()
    for code, pattern in SENTENCES.items():
        assert places(chinese[code]) == places(pattern), code
        assert chinese[code].endswith("\u3002")


@pytest.mark.parametrize(
    ("language", "says"), [("en", "more than 3 seconds"), ("zh", "\u8d85\u8fc7 3 \u79d2")]
)
def test_a_refusal_is_said_in_the_language_of_the_person(language: str, says: str) -> None:
    assert says in sentence(image_error("time", seconds=3.0), language)

"""What errors say to a person is there in both languages, with the same places to fill in."""

import pickle
import string

import pytest

from vitviz.app.sentences import note, sentence
from vitviz.app.texts_zh import texts_zh
from vitviz.images.errors import SENTENCES, image_error
from vitviz.images.notes import NOTES, Note


def places(pattern: str) -> set[tuple[str | None, str | None]]:
    return {(name, form) for _, name, form, _ in string.Formatter().parse(pattern) if name}


def test_every_refusal_of_a_picture_is_said_in_both_languages() -> None:
    chinese = texts_zh("picture_refusals")
    assert chinese.keys() == SENTENCES.keys()
    for code, pattern in SENTENCES.items():
        assert places(chinese[code]) == places(pattern), code
        assert chinese[code].endswith("\u3002")


@pytest.mark.parametrize(
    ("language", "says"), [("en", "more than 3 seconds"), ("zh", "\u8d85\u8fc7 3 \u79d2")]
)
def test_a_refusal_is_said_in_the_language_of_the_person(language: str, says: str) -> None:
    assert says in sentence(image_error("time", seconds=3.0), language)


def test_every_note_on_a_picture_is_said_in_both_languages() -> None:
    chinese = texts_zh("picture_notes")
    assert chinese.keys() == NOTES.keys()
    for code, pattern in NOTES.items():
        assert places(chinese[code]) == places(pattern), code


def test_a_note_is_its_english_text_and_is_said_in_the_language_of_the_person() -> None:
    turned = pickle.loads(pickle.dumps(Note("upright", orientation=6)))
    assert turned == "turned upright (EXIF orientation 6)"
    assert note(turned, "zh") == "已转正（EXIF 方向 6）"
    assert note(Note("converted", mode="C*M*YK"), "en") == r"C\*M\*YK converted to RGB"

"""Lessons: every step of those that come with vitviz opens what it says, and a broken file is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import PATIENCE
from vitviz.app.lessons import FOLDER, Lesson, LessonError, lessons, read_lesson
from vitviz.app.words import LANGUAGES, table

STEPS = [(name, at) for name, lesson in lessons()[0].items() for at in range(len(lesson.steps))]


def _run_step(name: str, at: int, language: str) -> None:
    import streamlit as st

    from vitviz.app import address, lesson_bar, pages, session, shell
    from vitviz.app.lessons import lessons as all_lessons

    step = all_lessons()[0][name].steps[at]
    st.session_state.setdefault("language", language)
    session.setup()
    address.arrive()
    shell.sidebar()
    lesson_bar.bar()
    pages.import_page(step.topic)()
    st.session_state["query"] = address.complete()


@pytest.mark.parametrize(("name", "at"), STEPS)
def test_a_step_opens_what_its_link_says(name: str, at: int) -> None:
    step = lessons()[0][name].steps[at]
    page = AppTest.from_function(
        _run_step, default_timeout=PATIENCE, kwargs={"name": name, "at": at, "language": "en"}
    )
    for key, value in {**step.query, "lesson": name, "lesson.at": str(at)}.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception, page.exception
    assert not page.toast  # nothing in the link was not understood
    query = page.session_state["query"]
    assert query["lesson"] == name
    assert query.get("lesson.at", "0") == str(at)
    # What the link says is there; a value that is the page's own default is left out of the address.
    assert all(query.get(key, value) == value for key, value in step.query.items())
    said = "\n".join(element.value for element in page.markdown)
    assert step.text("say", "en") in said
    assert step.text("question", "en") in said


@pytest.mark.parametrize("lesson", lessons()[0].values(), ids=lessons()[0])
def test_those_that_come_with_vitviz_are_in_both_languages(lesson: Lesson) -> None:
    for step in lesson.steps:
        for name in ("say", "question", "note"):
            texts = {language: step.text(name, language) for language in LANGUAGES}
            assert all(texts.values())
            assert texts["en"] != texts["zh"]


GOOD = 'title = "One"\n[[step]]\nlink = "https://viz.example.org/below/path-weights?block=6&head=2"\nsay = "Look."\n'


def test_a_teachers_own_lesson_is_read_from_a_link_as_it_was_copied(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, "utf-8")
    lesson = read_lesson(file)
    assert lesson.title == "One"
    (step,) = lesson.steps
    assert (step.topic, step.query) == ("path/weights", {"block": "6", "head": "2"})
    assert step.text("say", "zh") == "Look."
    assert step.text("note", "en") == ""


BROKEN = {
    "unreadable": "title = ",
    "no_title": GOOD.replace('title = "One"', "title = 1"),
    "no_steps": 'title = "One"',
    "no_link": GOOD.replace("link", "to"),
    "no_page": GOOD.replace("path-weights", "path-nowhere"),
    "no_text": GOOD.replace('"Look."', "[1]"),
    "large": GOOD + "#" * (1 << 20),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_file_that_is_no_lesson_says_why_and_the_others_stay(
    open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    (tmp_path / "mine.toml").write_text(BROKEN[code], "utf-8")
    with pytest.raises(LessonError) as caught:
        read_lesson(tmp_path / "mine.toml")
    assert caught.value.code == code
    monkeypatch.setenv(FOLDER, str(tmp_path))
    lessons.cache_clear()
    try:
        page = open_page("path/start", model="vit-tiny")
        assert {"vit", "swin"} <= set(lessons()[0])
        assert any("mine" in warning.value for warning in page.warning)
        sentence = table()[f"lesson.broken_{code}"]["en"].partition("{")[0]
        assert any(warning.value.startswith(sentence) for warning in page.warning)
    finally:
        lessons.cache_clear()

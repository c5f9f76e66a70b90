"""The bar of a lesson above the page, and where lessons are begun."""

from __future__ import annotations

import streamlit as st

from vitviz.app import pages, words
from vitviz.app.lessons import Lesson, lessons, spoken
from vitviz.app.links import whole
from vitviz.app.markup import as_text
from vitviz.app.settings import Setting
from vitviz.app.words import say

STYLE = """<style>
.st-key-lesson { border: 1px solid #8886; border-radius: 4px; padding: .35rem .8rem .5rem; gap: .25rem; }
.st-key-lesson a { padding: .1rem .45rem; margin: 0; min-height: 1.9rem; white-space: nowrap; }
.st-key-lesson button { min-height: 1.9rem; padding: 0 .6rem; }
.st-key-lesson [data-testid=stMarkdownContainer], .st-key-lesson p { margin: 0; }
</style>"""


def _name(text: str) -> str:
    """The name of a lesson that there is. ``ValueError`` for anything else."""
    if text and text not in lessons()[0]:
        raise ValueError(text)
    return text


LESSON = Setting("lesson", _name)
AT = Setting("lesson.at", whole)


def bar() -> None:
    """Where the lesson is that this person follows, what is to be said, and the way on; nothing without a lesson."""
    name = LESSON.get("")
    lesson = lessons()[0].get(name)
    if lesson is None:
        return
    at = min(AT.get(0), len(lesson.steps) - 1)
    language, step = words.language(), lesson.steps[at]
    st.html(STYLE)
    with st.container(key="lesson"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            title = spoken(lesson.title, language)
            st.caption(
                say("lesson.place", title=title, number=at + 1, count=len(lesson.steps)), width="stretch"
            )
            if note := step.text("note", language):
                with st.popover(say("lesson.note")):
                    st.markdown(note)
            if at:
                _link(lesson, name, at - 1, f"← {say('lesson.back')}")
            if at + 1 < len(lesson.steps):
                _link(lesson, name, at + 1, f"**{say('lesson.next')} →**")
            st.button(say("lesson.leave"), on_click=LESSON.set, args=("",), key="lesson.leave")
        said, question = step.text("say", language), step.text("question", language)
        st.markdown(f"{said} **{question}**" if question else said)


def offer() -> None:
    """The lessons that there are, as links; a file that is none is named with what to change."""
    found, broken = lessons()
    language = words.language()
    with st.container(horizontal=True, key="lessons", vertical_alignment="center"):
        st.caption(say("lesson.offer"), width="content")
        for name, lesson in found.items():
            _link(lesson, name, 0, spoken(lesson.title, language))
    for error in broken:
        st.warning(
            say(
                f"lesson.broken_{error.code}",
                **{name: as_text(str(value)) for name, value in error.values.items()},
            )
        )


def _link(lesson: Lesson, name: str, at: int, label: str) -> None:
    step = lesson.steps[at]
    place = {"lesson": name} | ({"lesson.at": str(at)} if at else {})
    pages.link(step.topic, label, step.query | place)

"""Every page is in the language that was chosen, with either kind of model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.language import check_language
from vitviz.app.pages import TOPICS
from vitviz.payload import unpack_data

Open = Callable[..., AppTest]
# What is not read as a sentence: code of models, and patterns into which a browser part puts its numbers.
FORMULA = re.compile(r"\$[^$]*\$|%\{[^}]*\}")  # LaTeX, and the numbers of plotly's labels
NO_SENTENCE = ("code", "functions", "calls", "words", "chart")


def texts(page: AppTest) -> Iterator[str]:
    """What a person reads of Streamlit's own elements and of the data of browser parts."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "info",
        "warning",
        "button",
        "selectbox",
        "toggle",
    )
    for kind in (*kinds, "select_slider", "slider", "text_input", "expander", "button_group"):
        for element in page.get(kind):
            yield str(getattr(element, "label", "") or "")
            yield str(getattr(element, "value", "") or "")
    for part in page.get("bidi_component"):
        yield from _strings(unpack_data(part.proto.bytes))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in NO_SENTENCE:
                yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_with_a_swin_is_in_the_persons_language(open_page: Open, topic: str, language: str) -> None:
    page = open_page(topic, model="swin-mini", language=language)
    check_language([FORMULA.sub("", text) for text in texts(page)], language)


def _say_its_language() -> None:
    # AppTest runs this function's source in a script of its own, so it imports what it needs itself.
    import streamlit as st

    from vitviz.app import session, words

    if "lost" in st.session_state:
        del st.session_state["language"]
    session.setup()
    st.title(words.language())
    st.segmented_control("language", list(words.LANGUAGES), key="language", required=True)


def test_a_person_keeps_their_language_when_the_widget_loses_it() -> None:
    """A run that ends before the choice of language is made takes the choice's state with it, or leaves None there."""
    page = AppTest.from_function(_say_its_language)
    page.session_state["language"] = "zh"
    page.run()
    for lost in (None, "klingon"):
        page.session_state["language"] = lost
        page.run()
        assert not page.exception
        assert page.title[0].value == page.session_state["language"] == "zh"
    page.session_state["lost"] = True
    page.run()
    assert not page.exception
    assert page.title[0].value == "zh"

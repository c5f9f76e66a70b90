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

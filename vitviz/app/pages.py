"""Which pages there are, under which headings; the module of a page is imported when the page is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import streamlit as st

from vitviz.app.words import say

FIRST = "overview"
# A heading is a key of words, or the same in every language.
HEADINGS: dict[str, tuple[str, ...]] = {
    "": (FIRST, "attention"),
    "nav.pixels_to_tokens": ("patches", "convolution", "matmul", "position"),
    "nav.inside_a_block": ("layer_norm", "norm_lab", "stream"),
    "nav.class_scores": ("loss", "lens"),
    "Swin": ("swin_shift", "swin_reach", "swin_cost"),
}


def import_page(topic: str) -> Callable[[], None]:
    """The function that shows a topic's page."""
    show: Callable[[], None] = importlib.import_module(f"vitviz.app.topics.{topic}.page").show
    return show


def address_of(topic: str) -> str:
    """The path of a topic's page, relative to the app's; that of the first page is empty."""
    return "" if topic == FIRST else topic.replace("_", "-")


def navigation() -> dict[str, list[st.Page]]:
    """All pages by heading, in the language of the person."""
    return {
        say(heading) if heading.startswith("nav.") else heading: [_page(topic) for topic in topics]
        for heading, topics in HEADINGS.items()
    }


def _page(topic: str) -> st.Page:
    def show() -> None:
        import_page(topic)()

    return st.Page(show, title=say(f"nav.{topic}"), url_path=address_of(topic), default=topic == FIRST)

"""Attention over words in a page: a browser part that gets q, k, v and each row's log-sum-exp and needs no server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from vitviz.app.component import colours, component
from vitviz.app.words import section

STYLES = ("web/explorer/explorer.css", "web/word_attention/part.css")
PLACE = re.compile(r"\d{1,3}\.(\d{1,3}|mean)\.\d{1,4}(\.\d{1,4})?[rc]p?o?")


def word_place(text: str) -> str:
    """Layer, head and words as an address has them, ``2.0.5.7rp``: of a ``Setting`` of the page; empty is the default.

    Raises:
        ValueError: if it is no such text.
    """
    if text and not PLACE.fullmatch(text):
        raise ValueError(text)
    return text


def word_attention_data(attention: Mapping[str, Any], place: str) -> dict[str, Any]:
    """What ``WordAttention`` of ``web/word_attention/view.js`` is updated with, in a part of any page."""
    return {
        "attention": attention,
        "place": place,
        "words": section("explorer") | section("word_attention"),
        "scales": {name: colours(name) for name in ("attention", "activation")},
    }


def word_attention(
    key: str, attention: Mapping[str, Any], place: str, on_place: Callable[[str], None]
) -> None:
    """Show what ``attention_over_words`` returned, opened at ``place``; ``on_place`` is called with what is chosen."""
    mount = component("web/word_attention/part.js", *STYLES)

    def chosen() -> None:
        if place := st.session_state[key].get("place"):
            on_place(word_place(str(place)))

    mount(key=key, data=word_attention_data(attention, place), on_place_change=chosen)

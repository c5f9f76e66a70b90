"""Text: WordPiece, hidden words, attention over words, BERT's lottery and second question, and a decoder."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from vitviz.app import links
from vitviz.app.section_choice import choose_section
from vitviz.app.sequence_models import sequence_head
from vitviz.app.settings import Setting
from vitviz.app.topics.text import (
    attention,
    dropping,
    features,
    filling,
    hiding,
    next_sentence,
    pieces,
    writing,
)
from vitviz.app.topics.text.inputs import READER, WRITER
from vitviz.app.words import say
from vitviz.plot.numbers import percent
from vitviz.zoo.sequence_models import find_sequence_model

SECTIONS: dict[str, Callable[[], None]] = {
    "filling": filling.section,
    "pieces": pieces.section,
    "attention": attention.section,
    "hiding": hiding.section,
    "next": next_sentence.section,
    "dropping": dropping.section,
    "features": features.section,
    "writing": writing.section,
}
SECTION: Setting[str] = Setting("text.section", links.one_of(tuple(SECTIONS)))


def show() -> None:
    """What the two models are and what they cannot do, and one section: each takes a text that a person types."""
    sequence_head(say("text.title"), say("text.lead"), READER, WRITER, given=say("text.given"))
    _limits()
    _sections()


@st.fragment
def _sections() -> None:
    names = list(SECTIONS)
    section = choose_section(SECTION, names, say("text.sections"), lambda name: say(f"text.{name}"))
    st.markdown(say(f"text.{section}_lead"))
    SECTIONS[section]()


def _limits() -> None:
    """What models so small cannot do, in the figures of their cards."""
    reads, writes = (find_sequence_model(name).figures for name in (READER, WRITER))
    if not reads or not writes:
        return
    shares = {f"reads_{name}": _percent(reads[name]) for name in ("top1", "top5", "nsp")}
    shares |= {f"writes_{name}": _percent(writes[name]) for name in ("top1", "top5", "counted")}
    with st.expander(say("text.limits", reads=shares["reads_top1"], writes=shares["writes_top1"])):
        st.markdown(say("text.limits_text", **shares))


def _percent(share: float) -> str:
    return str(percent(share))

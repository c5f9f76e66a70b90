"""Training: one step on random numbers, a small ViT that learns while one watches, and one of its steps opened."""

from __future__ import annotations

import streamlit as st

from vitviz.app import links, lost, session
from vitviz.app.section_choice import choose_section
from vitviz.app.settings import Setting
from vitviz.app.topics.training.live import live
from vitviz.app.topics.training.opened import opened
from vitviz.app.topics.training.random_step import random_step
from vitviz.app.words import say

SECTIONS = {"seed": random_step, "live": live, "opened": opened}
SECTION: Setting[str] = Setting("training.section", links.one_of(tuple(SECTIONS)))


def show() -> None:
    """The head, and one of three sections."""
    st.session_state[session.ABOUT] = {"model": say("training.model"), "picture": say("scene.book")}
    st.title(say("training.title"), anchor=False)
    lost.notice()
    st.markdown(say("training.lead"))
    section = choose_section(
        SECTION,
        tuple(SECTIONS),
        say("training.sections"),
        lambda name: say(f"training.section_{name}"),
    )
    SECTIONS[section]()

"""Likeness: how alike the tokens of one picture or two are through depth, and two models on one picture."""

from __future__ import annotations

import streamlit as st

from vitviz.app import links, session, shell
from vitviz.app.section_choice import choose_section
from vitviz.app.settings import Setting
from vitviz.app.topics.likeness import models, patches
from vitviz.app.words import say

SECTIONS = ("patches", "models")
SECTION: Setting[str] = Setting("likeness.section", links.one_of(SECTIONS))


def show() -> None:
    """The chosen picture in the chosen model, beside another picture or beside another model."""
    model = session.entry()
    shell.head(say("likeness.title"), say("likeness.lead"), model)
    left, right = st.columns([1.5, 1], vertical_alignment="center")
    with left:
        section = choose_section(
            SECTION, SECTIONS, say("likeness.section"), lambda name: say(f"likeness.section_{name}")
        )
    if section == "patches":
        patches.show(model, right)
    else:
        models.show(model)

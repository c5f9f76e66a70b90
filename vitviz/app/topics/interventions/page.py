"""Interventions: switch parts of the model off and see what that changes; a section for each way to choose them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session, shell
from vitviz.app.section_choice import choose_section
from vitviz.app.topics.interventions import bench_section, patches_section, sweep_section
from vitviz.app.topics.interventions.sections import SECTION, SECTIONS
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

SHOWN: dict[str, Callable[[ModelEntry, Trace], None]] = {
    "bench": bench_section.show,
    "sweep": sweep_section.show,
    "patches": patches_section.show,
}


def show() -> None:
    """The open section for this person's run."""
    model = session.entry()
    shell.head(say("interventions.title"), say("interventions.lead"), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    label = say("interventions.sections")
    section = choose_section(SECTION, SECTIONS, label, lambda name: say(f"interventions.section.{name}"))
    SHOWN[section](model, trace)

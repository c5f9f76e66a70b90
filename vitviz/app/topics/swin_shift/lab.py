"""Section of the Swin shift page: one map with its windows, shift and mask, from eight frames on one line of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session, words
from vitviz.app.component import component
from vitviz.app.pictures import picture_url
from vitviz.app.topics.swin_shift.setting import choose, current
from vitviz.web.swin_shift.lab import fitted, lab_data, lab_of, lines_of

if TYPE_CHECKING:
    from vitviz.analysis.segment_lines import StepLine
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

LINES: session.Derived[tuple[StepLine, ...]] = session.Derived("lines of a shifted block")


@st.fragment
def show_lab(model: ModelEntry, trace: Trace) -> None:
    """The browser part, on the map that this person set and with the weights of the block that ran.

    Moving the scrubber, the shift or the pointer asks the server nothing.
    """
    setting = current(model, trace)
    lines = session.derived(trace, LINES.at(setting.block), lambda: lines_of(trace, setting.block))
    lab = lab_of(trace, setting, lines, words)
    image = picture_url(fitted(session.seen(model), setting))
    mount, key = component("web/swin_shift/part.js"), f"swin_shift.lab.{model.name}"

    def changed() -> None:
        if wanted := st.session_state[key].get("setting"):
            choose(model, trace, dict(wanted))

    mount(key=key, data=lab_data(lab, image, words), on_setting_change=changed)

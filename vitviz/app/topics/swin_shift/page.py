"""Swin, the shift: why windows move and what the mask is for, on the person's own picture, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import model_titles, session, shell
from vitviz.app.class_names import class_name
from vitviz.app.markup import as_text
from vitviz.app.topics.swin_shift.journey import show_journey
from vitviz.app.topics.swin_shift.lab import show_lab
from vitviz.app.topics.swin_shift.merging import show_merging
from vitviz.app.words import say
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.swin_shift.window_attention import WithoutMask
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

WITHOUT_MASK: session.Derived[WithoutMask] = session.Derived("the run without masks")


def show() -> None:
    """The run of a Swin: one block's shift and mask, a run without masks, every stage, and a merging opened up."""
    model = session.entry("swin")
    shell.head(say("swin_shift.title"), say("swin_shift.lead"), model)
    if model != session.entry():
        st.caption(say("swin_shift.instead", name=model_titles.title(model)))
    with st.spinner(say("running")):
        trace = session.trace(model)
    show_lab(model, trace)
    _without_mask(model, trace)
    show_journey(model, trace)
    show_merging(model, trace)


@st.fragment
def _without_mask(model: ModelEntry, trace: Trace) -> None:
    """What the class scores would be if strangers met in every shifted window."""
    from vitviz.analysis.swin_shift.window_attention import run_without_mask

    if not model.config.num_classes:
        return
    button, result = st.columns([1.2, 2.6], gap="medium", vertical_alignment="center")
    if not button.button(say("swin_shift.no_mask_run"), key=f"swin_shift.no_mask.{model.name}"):
        return
    with result, st.spinner(say("running")):
        found = session.derived(trace, WITHOUT_MASK, lambda: run_without_mask(trace))
        st.markdown(
            say(
                "swin_shift.no_mask_result", blocks=found.blocks, gap=short(found.gap), scale=short(found.scale),
                before=as_text(class_name(trace, found.before)), after=as_text(class_name(trace, found.after)),
            )
        )  # fmt: skip

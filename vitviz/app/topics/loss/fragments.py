"""Which fragments of the loss page a choice concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from vitviz.app import class_choice, session, tokens
from vitviz.app.fragments import rerun_only

if TYPE_CHECKING:
    from vitviz.analysis.loss.saliency import Saliency
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

LABEL, SALIENCY = "loss.label", "loss.saliency"
SALIENCY_OF_LABEL: session.Derived[Saliency] = session.Derived("saliency of a label")


def token_chosen(model: ModelEntry, trace: Trace, token: int, grid: tuple[int, int] | None = None) -> None:
    """Make this the current token, and run what shows it again."""
    tokens.choose(model, token, grid)
    _rerun(model, trace, SALIENCY)


def label_chosen(model: ModelEntry, trace: Trace) -> None:
    """Run again what the label changes."""
    _rerun(model, trace, LABEL, SALIENCY)


def _rerun(model: ModelEntry, trace: Trace, *fragments: str) -> NoReturn:
    if session.is_derived(trace, SALIENCY_OF_LABEL.at(class_choice.label(model, trace))):
        rerun_only(*fragments)
    st.rerun()  # the whole page: nothing less stops a gradient that is under way

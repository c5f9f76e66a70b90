"""Which parts of the page about the loss a choice concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from vitviz.app import class_choice, session, tokens
from vitviz.app.fragments import only

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

READINGS, LABEL, SENT_BACK = "loss.readings", "loss.label", "loss.sent_back"


def sent_back_of(label: int) -> str:
    """The name under which a label's gradients are kept with the trace."""
    return f"saliency of {label}"


def token_chosen(model: ModelEntry, trace: Trace, token: int, grid: tuple[int, int] | None = None) -> None:
    """Look at another token from now on."""
    tokens.choose(model, token, grid)
    _answer(model, trace, READINGS, SENT_BACK)


def label_chosen(model: ModelEntry, trace: Trace) -> None:
    """Show what another label changes."""
    _answer(model, trace, LABEL, SENT_BACK)


def _answer(model: ModelEntry, trace: Trace, *parts: str) -> NoReturn:
    if session.is_derived(trace, sent_back_of(class_choice.label(model, trace))):
        only(*parts)
    st.rerun()  # the whole page: nothing less stops a gradient that is under way

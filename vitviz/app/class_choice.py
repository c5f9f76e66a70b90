"""The current class of the pages about class scores, and the label that the loss is computed for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session
from vitviz.samples import SAMPLES

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

NOT_CHOSEN = -1


def target(model: ModelEntry, trace: Trace) -> int:
    """The current class; the model's best one until a person chooses."""
    chosen = session.setting(f"class.{model.name}", NOT_CHOSEN)
    return int(trace.logits.argmax()) if chosen == NOT_CHOSEN else chosen


def label(model: ModelEntry, trace: Trace) -> int:
    """The label of the loss; until a person chooses, what a sample picture shows, or the model's best class."""
    chosen = session.setting(_label_key(model), NOT_CHOSEN)
    if chosen != NOT_CHOSEN:
        return chosen
    shows = next((s.shows for s in SAMPLES if s.file == st.session_state.get("picture_name")), "")
    own = bool(st.session_state.get("picture_is_own"))
    known = shows in trace.class_names and not own
    return trace.class_names.index(shows) if known else int(trace.logits.argmax())


def choose_target(model: ModelEntry, trace: Trace, text: str, where: str) -> int:
    """The select box of the class, best first; ``where`` is the page's own part of its key."""
    return _choose(model, trace, text, where, f"class.{model.name}", target(model, trace))


def choose_label(
    model: ModelEntry, trace: Trace, text: str, where: str, on_choose: Callable[[], None]
) -> int:
    """The select box of the label; ``on_choose`` is called when it was chosen."""
    key = _label_key(model)
    return _choose(model, trace, text, where, key, label(model, trace), on_choose)


def _label_key(model: ModelEntry) -> str:
    # A label belongs to a picture: another picture is asked for anew.
    return f"label.{model.name}.{session.picture().sha256[:12]}"


def _choose(
    model: ModelEntry,
    trace: Trace,
    text: str,
    where: str,
    setting: str,
    now: int,
    on_choose: Callable[[], None] | None = None,
) -> int:
    key = f"{where}.{model.name}.{session.picture().sha256[:12]}"
    probabilities = trace.probabilities
    order = probabilities.argsort(descending=True).tolist()
    st.session_state[key] = now

    def chosen() -> None:
        session.set_setting(setting, int(st.session_state[key]))
        if on_choose is not None:
            on_choose()

    index: int = st.selectbox(
        text, order, format_func=lambda i: f"{trace.class_name(i)}  {100 * float(probabilities[i]):.1f} %",
        key=key, on_change=chosen,
    )  # fmt: skip
    return index

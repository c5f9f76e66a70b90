"""The current class of the pages about class scores, and the label that the loss is computed for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import callbacks, links, session
from vitviz.app.class_names import naming
from vitviz.app.settings import CLASS, Setting
from vitviz.app.words import say
from vitviz.samples import SAMPLES

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

NOT_CHOSEN = -1
LABEL = Setting("label", links.whole)
WHOLE = 1000  # classes whose names a select box gets; of more it gets those that are searched for
LISTED = 50


def target(model: ModelEntry, trace: Trace) -> int:
    """The current class; the model's best one until a person chooses."""
    chosen = CLASS.get(NOT_CHOSEN, model.name)
    known = 0 <= chosen < trace.logits.numel()
    return chosen if known else int(trace.logits.argmax())


def label(model: ModelEntry, trace: Trace) -> int:
    """The label of the loss; until a person chooses, what a sample picture shows, or the model's best class."""
    chosen = LABEL.get(NOT_CHOSEN, model.name, _picture())
    if 0 <= chosen < trace.logits.numel():
        return chosen
    shows = next((s.shows for s in SAMPLES if s.file == st.session_state.get("picture_name")), "")
    own = bool(st.session_state.get("picture_is_own"))
    known = shows in trace.class_names and not own
    return trace.class_names.index(shows) if known else int(trace.logits.argmax())


def choose_target(model: ModelEntry, trace: Trace, text: str, where: str) -> int:
    """The select box of the class, best first; ``where`` is the page's own part of its key."""
    key = f"{where}.{model.name}.{_picture()}"

    def on_change() -> None:
        CLASS.set(int(st.session_state[key]), model.name)

    return _select(trace, text, key, target(model, trace), on_change)


def choose_label(
    model: ModelEntry, trace: Trace, text: str, where: str, on_choose: Callable[[], None]
) -> int:
    """The select box of the label; ``on_choose`` is called when it was chosen."""
    key = f"{where}.{model.name}.{_picture()}"

    def on_change() -> None:
        # A label belongs to a picture: for another picture it is asked for anew.
        LABEL.set(int(st.session_state[key]), model.name, _picture())
        on_choose()

    return _select(trace, text, key, label(model, trace), on_change)


def _picture() -> str:
    return session.picture().sha256[:12]


def _select(trace: Trace, text: str, key: str, current: int, on_change: Callable[[], None]) -> int:
    probabilities = trace.probabilities
    order = probabilities.argsort(descending=True).tolist()
    if len(order) > WHOLE:
        order = _found(trace, order, key, current)
    st.session_state[key] = current
    name = naming(trace)
    titles = {i: f"{name(i)}  {100 * float(probabilities[i]):.1f} %" for i in order}
    changed = callbacks.named(key, on_change)
    index: int = st.selectbox(text, order, format_func=titles.__getitem__, key=key, on_change=changed)
    return index


def _found(trace: Trace, order: list[int], key: str, current: int) -> list[int]:
    """The first of the classes in ``order`` that fit what was typed, with the current one: a browser gets no more."""
    wanted = st.text_input(
        say("class_search"), key=f"{key}.search", placeholder=say("class_search_among", count=f"{len(order):,}"),
        label_visibility="collapsed",
    )  # fmt: skip
    name = naming(trace)  # a class is found by either of its names
    found = matches(order, lambda index: f"{name(index)} {trace.class_name(index)}", wanted)
    listed = found[:LISTED]
    if wanted.strip():
        count = say("class_search_found", count=f"{len(found):,}", listed=len(listed))
        st.caption(count if found else say("class_search_nothing"))
    return listed if current in listed else [current, *listed]


def matches(order: Sequence[int], name: Callable[[int], str], wanted: str) -> list[int]:
    """The classes of ``order`` in whose name every word of ``wanted`` is, in that order; upper case is lower case."""
    words = wanted.casefold().split()
    if not words:
        return list(order)
    return [index for index in order if all(word in name(index).casefold() for word in words)]

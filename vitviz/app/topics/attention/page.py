"""Attention: the explorer of every head of every layer, for any token of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from vitviz.analysis.places import carry
from vitviz.app import address, links, session, shell, tokens
from vitviz.app.beside import choose_beside
from vitviz.app.class_names import naming
from vitviz.app.markup import as_text
from vitviz.app.model_titles import title
from vitviz.app.settings import BLOCK, HEAD
from vitviz.app.widgets.explorer import described, explorer
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.attention.opening import Opening
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

OPENING: session.Derived[Opening] = session.Derived("the head and patch that say most about the object")


def show() -> None:
    """The attention of the chosen picture, perhaps beside another picture or model, in the explorer."""
    from vitviz.analysis.attention.opening import opening

    model = session.entry()
    shell.head(say("attention.title"), say("attention.lead"), model)
    place, below = st.container(), st.container()
    with below:
        beside = choose_beside(model)
    with place, st.spinner(say("running")):
        data = described(model, session.picture(), str(st.session_state["picture_name"]))
        second = described(*beside) if beside else None
        trace = session.trace(model)
        first = session.derived(trace, OPENING, lambda: opening(trace))
    with place:
        _explore(data, second, _state(model, data, first), model)
    with below:
        if beside and beside.model != model:
            st.caption(say("attention.across", model=as_text(title(beside.model))))
            if not beside.model.trained:
                shell.untrained(beside.model)
        st.caption(_why(trace, model, first))


def _why(trace: Trace, model: ModelEntry, first: Opening) -> str:
    """Which head and patch the page opens with, and why just these."""
    block, of = trace.blocks[first.block], first.evidence
    row, column = block.patch_of(first.token) or (0, 0)
    rows, columns = block.map_size
    name = as_text(naming(trace)(of.target)) if of.kind == "class" else ""
    return say(
        "attention.opened", block=block.name, head=first.head, row=row, column=column, share=f"{first.share:.0%}",
        count=len(first.patches), part=f"{len(first.patches) / (rows * columns):.0%}",
        object=say(f"attention.object_{of.kind}", name=name), average=f"{first.average:.0%}",
        among=say("attention.among_window" if model.is_swin else "attention.among_all"),
    )  # fmt: skip


def _state(model: ModelEntry, data: dict[str, Any], first: Opening) -> dict[str, Any]:
    """What to show first: what the link says, else what this person saw last, on this page or another.

    Until somebody chooses, that is the head and the patch that say most about the picture's object.
    """
    layers = data["layers"]
    layer = min(BLOCK.get(first.block, model.name, keep=False), len(layers) - 1)
    here, there = ((layers[at]["rows"], layers[at]["columns"]) for at in (layer, first.block))
    token = carry(first.token, len(tokens.prefix(model)), there, tokens.finest(model))
    seen = {
        "layer": layer,
        "head": HEAD.get(first.head, model.name, keep=False),
        "token": tokens.current(model, here, otherwise=token),
    }
    if (arrival := links.current().arrival) != st.session_state.get("attention.arrival", 0):
        st.session_state["attention.arrival"] = arrival
        said = st.session_state["attention.state"] = address.explorer_view()
        seen["head"] = said.get("head", seen["head"])
    state = {**st.session_state.get("attention.state", {}), **seen}
    address.note_explorer_view(state)
    return state


@st.fragment
def _explore(
    data: dict[str, Any], second: dict[str, Any] | None, state: dict[str, Any], model: ModelEntry
) -> None:
    # A fragment, run again with the same data at every event of the browser part, so that nothing large is sent twice.
    def chose(state: dict[str, Any]) -> None:
        layer = data["layers"][state["layer"]]
        BLOCK.set(state["layer"], model.name)
        if isinstance(state["head"], int):
            HEAD.set(state["head"], model.name)
        tokens.choose(model, state["token"], (layer["rows"], layer["columns"]))
        st.session_state["attention.state"] = state
        address.note_explorer_view(state)

    def needed() -> None:
        st.session_state["attention.asked"] = st.session_state.get("attention.asked", 0) + 1
        st.session_state["attention.offer_again"] = True

    if st.session_state.pop("attention.offer_again", False):
        st.rerun(scope="app")  # which offers the trace to the store again
    asked = st.session_state.get("attention.asked", 0)
    explorer("attention.explorer", data, state, chose, needed, second=second, asked=asked)

"""The attention explorer on a page: one run or two beside each other, opened where a link or a person says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from vitviz.analysis.places import carry
from vitviz.app import address, links, tokens
from vitviz.app.fragments import rerun_only
from vitviz.app.settings import BLOCK, HEAD
from vitviz.app.widgets.explorer import explorer

if TYPE_CHECKING:
    from vitviz.zoo.registry import ModelEntry

Below = Callable[[], None]
EXPLORER = "explorer"  # the fragment of it


class Start(NamedTuple):
    """Block, head and token that it opens with until somebody chooses.

    The token is one of that block's map, None for the one that every page begins with. Where ``asks`` is another text
    than before, an explorer that is there goes to what was set meanwhile.
    """

    block: int
    head: int
    token: int | None = None
    asks: str = ""


def explore(
    where: str,
    data: dict[str, Any],
    second: dict[str, Any] | None,
    start: Start,
    model: ModelEntry,
    below: Below | None = None,
    of_token: Sequence[str] = (),
    above: Below | None = None,
) -> None:
    """The explorer of the page ``where``; ``above`` and ``below`` show what follows each choice in it.

    The fragments with the keys ``of_token``, which are on the page, run again with every other token.
    """
    _explore(
        where, data, second, _state(where, model, data, start), model, below, of_token, start.asks, above
    )


def shown_state(where: str, model: ModelEntry, data: dict[str, Any], start: Start) -> dict[str, Any]:
    """What the explorer of the page ``where`` shows now, whether it was chosen in it, on another page, or by nobody."""
    seen, kept = _seen(model, data, start), st.session_state.get(f"{where}.state", {})
    if st.session_state.get(f"{where}.model", model.name) != model.name:
        return {**kept, **seen, "region": []}
    head = kept.get("head", seen["head"]) if kept.get("layer") == seen["layer"] else seen["head"]
    return {**kept, **seen, "head": head}


def _seen(model: ModelEntry, data: dict[str, Any], start: Start) -> dict[str, Any]:
    """Block, head and token that every page of this person is at."""
    layers = data["layers"]
    layer = min(BLOCK.get(start.block, model.name, keep=False), len(layers) - 1)
    here, there = ((layers[at]["rows"], layers[at]["columns"]) for at in (layer, start.block))
    token = None
    if start.token is not None:
        token = carry(start.token, len(tokens.prefix(model)), there, tokens.finest(model))
    return {
        "layer": layer,
        "head": HEAD.get(start.head, model.name, keep=False),
        "token": tokens.current(model, here, otherwise=token),
    }


def _state(where: str, model: ModelEntry, data: dict[str, Any], start: Start) -> dict[str, Any]:
    """What to show first: what the link says, else what this person saw last, on this page or another."""
    seen = _seen(model, data, start)
    if (arrival := links.current().arrival) != st.session_state.get(f"{where}.arrival", 0):
        st.session_state[f"{where}.arrival"] = arrival
        said = st.session_state[f"{where}.state"] = address.explorer_view()
        seen["head"] = said.get("head", seen["head"])
    kept = st.session_state.get(f"{where}.state", {})
    if st.session_state.setdefault(f"{where}.model", model.name) != model.name:
        kept = {**kept, "region": []}  # its tokens are those of another model's map
        st.session_state[f"{where}.model"] = model.name
    state = {**kept, **seen}
    address.note_explorer_view(state)
    return state


@st.fragment(key=EXPLORER)
def _explore(
    where: str,
    data: dict[str, Any],
    second: dict[str, Any] | None,
    state: dict[str, Any],
    model: ModelEntry,
    below: Below | None,
    of_token: Sequence[str],
    asks: str,
    above: Below | None,
) -> None:
    # A fragment, run again with the same data at every event of the browser part, so that nothing large is sent twice.
    def chose(state: dict[str, Any]) -> None:
        layer = data["layers"][state["layer"]]
        BLOCK.set(state["layer"], model.name)
        if isinstance(state["head"], int):
            HEAD.set(state["head"], model.name)
        before = tokens.current(model)
        tokens.choose(model, state["token"], (layer["rows"], layer["columns"]))
        st.session_state[f"{where}.state"] = state
        address.note_explorer_view(state)
        if of_token and tokens.current(model) != before:
            rerun_only(EXPLORER, *of_token)

    def needed() -> None:
        st.session_state[f"{where}.asked"] = st.session_state.get(f"{where}.asked", 0) + 1
        st.session_state[f"{where}.offer_again"] = True

    if st.session_state.pop(f"{where}.offer_again", False):
        st.rerun(scope="app")  # which offers the trace to the store again
    asked = st.session_state.get(f"{where}.asked", 0)
    if above is not None:
        with st.container():  # so that the explorer stays the same element whatever is said
            above()
    explorer(f"{where}.explorer", data, state, chose, needed, second=second, asked=asked, asks=asks)
    if below is not None:
        below()

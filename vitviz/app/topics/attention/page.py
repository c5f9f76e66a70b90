"""Attention: the explorer of every head of every layer, for any token of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from vitviz.app import address, session, shell, tokens
from vitviz.app.pictures import small_picture_url
from vitviz.app.widgets.explorer import explorer
from vitviz.app.words import say
from vitviz.samples import SAMPLES

if TYPE_CHECKING:
    from vitviz.images import Picture
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# Layer and head to open with: in this one the middle of the first sample's flower looks at its petals.
FIRST_SEEN = {"vit-tiny": (6, 1)}
EARLY = 4  # else the layer at this share of the depth, where local and wide heads stand side by side
BROWSER_BYTES = 256 << 20
# What the browser part starts with (explorer/state.js); only what differs is in a link.
DEFAULTS = {"direction": "row", "scale": "shared", "order": "layer", "opacity": 0.65, "start": 0}


def show() -> None:
    """The page."""
    model = session.entry()
    shell.head(say("attention.title"), say("attention.lead"), model)
    place, below = st.container(), st.container()
    with below:
        second = _second_picture()
    with place, st.spinner(say("running")):
        data = _described(model, session.picture(), str(st.session_state["picture_name"]))
        data |= {"second": _described(model, *second) if second else None}
    # "asked" only differs after the browser part missed its payloads, so that it tries again.
    more = {
        "state": _state(model, data),
        "limit": BROWSER_BYTES,
        "asked": st.session_state.get("attention.asked", 0),
    }
    address.keep_true(model.name)
    with place:
        _explore(data | more, model)


def _described(model: ModelEntry, picture: Picture, name: str) -> dict[str, Any]:
    trace = session.trace(model, picture)
    seen = session.seen(model, picture)
    return {
        "revision": f"{picture.sha256} {model.name}",
        "url": f"api/explorer/{session.explorer_token(trace, model, picture)}",
        "model": model.name,
        "modelTitle": model.title,
        "name": name,
        "picture": {
            "image": small_picture_url(seen),
            "alt": say("picker.alt"),
            "aspect": seen.width / seen.height,
        },
        "layers": _layers(trace),
        "rollout": not model.is_swin,
    }


def _layers(trace: Trace) -> list[dict[str, Any]]:
    from vitviz.tracing.blocks import SwinBlockTrace

    prefix = list(trace.config.prefix_names)
    return [
        {
            "name": block.name,
            "heads": block.num_heads,
            "rows": rows,
            "columns": columns,
            "prefix": prefix,
            "window": block.grid.window if isinstance(block, SwinBlockTrace) else None,
            "shift": block.grid.shift if isinstance(block, SwinBlockTrace) else 0,
        }
        for block in trace.blocks
        for rows, columns in [block.map_size]
    ]


def _second_picture() -> tuple[Picture, str] | None:
    language = str(st.session_state.get("language", "en"))
    titles = {sample.file: sample.title_zh if language == "zh" else sample.title for sample in SAMPLES}
    place, _ = st.columns([1, 2.4])
    file = place.selectbox(
        say("attention.second"),
        list(titles),
        index=None,
        format_func=titles.__getitem__,
        placeholder=say("attention.no_second"),
        key=f"attention.second.{language}",
    )
    sample = next((sample for sample in SAMPLES if sample.file == file), None)
    return None if sample is None else (session.sample_picture(sample), titles[sample.file])


def _state(model: ModelEntry, data: dict[str, Any]) -> dict[str, Any]:
    """What to show first: what the link says, else what this person saw last, on this page or another."""
    said: dict[str, Any] = {}
    if not st.session_state.get("attention.link_used"):
        st.session_state["attention.link_used"] = True
        said = address.view()
    layers = data["layers"]
    first = FIRST_SEEN.get(model.name, (len(layers) // EARLY, 0))
    wanted = said.get("layer", session.setting(f"block.{model.name}", first[0]))
    layer = min(wanted, len(layers) - 1) if isinstance(wanted, int) else 0
    here = (layers[layer]["rows"], layers[layer]["columns"])
    seen = {
        "layer": layer,
        "head": session.setting(f"head.{model.name}", first[1]),
        "token": tokens.current(model, here),
    }
    return {**st.session_state.get("attention.state", {}), **seen, **said, "layer": layer}


@st.fragment
def _explore(data: dict[str, Any], model: ModelEntry) -> None:
    # Run again with the same data when the browser part tells something, so that nothing large is sent twice.
    def chose(state: dict[str, Any]) -> None:
        layer = data["layers"][state["layer"]]
        session.set_setting(f"block.{model.name}", state["layer"])
        if isinstance(state["head"], int):
            session.set_setting(f"head.{model.name}", state["head"])
        tokens.choose(model, state["token"], (layer["rows"], layer["columns"]))
        st.session_state["attention.state"] = state
        address.remember(model.name, state, DEFAULTS)

    def needed() -> None:
        st.session_state["attention.asked"] = st.session_state.get("attention.asked", 0) + 1
        st.session_state["attention.offer_again"] = True

    if st.session_state.pop("attention.offer_again", False):
        st.rerun(scope="app")  # which offers the trace to the store again
    explorer("attention.explorer", data, chose, needed)

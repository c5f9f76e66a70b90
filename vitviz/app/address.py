"""What a link to a page says: model, sample picture, how it is prepared, and what the explorer shows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from vitviz.app import preparation, session
from vitviz.samples import SAMPLES
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import REGISTRY, ModelEntry
from vitviz.zoo.source import HUB_NAME

TEXTS = ("direction", "scale", "order")
NUMBERS = ("layer", "head", "token", "start")
FLAGS = ("pinned", "log", "smooth")
PREPARED = ("fit", "side")
DIGITS = 9  # of a number in a link; nothing here has as many


def arrive() -> None:
    """Once in a session: choose the model, the sample picture and the preparation that the link names."""
    if st.session_state.get("link.read"):
        return
    st.session_state["link.read"] = True
    name = st.query_params.get("model")
    if name in REGISTRY and not name.endswith("-test") and "model" not in st.session_state:
        st.session_state["model"] = name
    elif name and HUB_NAME.fullmatch(name):  # nothing is loaded before the person says so
        st.session_state["models.hub.name"] = name
        st.session_state["models.asked"] = True
    if name is None or name in REGISTRY or HUB_NAME.fullmatch(name):
        preparation.from_link(name or session.DEFAULT_MODEL, dict(st.query_params))
    file = st.query_params.get("picture")
    sample = next((sample for sample in SAMPLES if sample.file == file), None)
    if sample is not None and "picture" not in st.session_state:
        with suppress(CheckpointError):  # a sample whose file is damaged: the first one, as without a link
            session.choose_sample(sample)
            st.session_state["sample"] = sample.file


def view() -> dict[str, Any]:
    """What the link says of the explorer's view; a stranger's text, so the browser part checks every value."""
    said = st.query_params
    found: dict[str, Any] = {name: said[name] for name in TEXTS if name in said}
    found |= {name: _number(said[name]) for name in NUMBERS if name in said}
    found |= {name: said[name] == "1" for name in FLAGS if name in said}
    if "opacity" in said:
        found["opacity"] = said["opacity"]
    layer, _, head = said.get("second", "").partition(".")
    if head:
        found["second"] = {"layer": _number(layer), "head": _number(head)}
    return found


def keep_true(model: str) -> None:
    """After another model or picture was chosen, an address that a view was put into no longer names the old one."""
    said = st.query_params
    if said.get("model", model) != model:
        _leave_view(model)
    if st.session_state.get("picture_is_own"):
        said.pop("picture", None)
    elif "picture" in said or "token" in said:
        said["picture"] = str(st.session_state["picture_name"])


def keep_preparation(model: ModelEntry) -> None:
    """On every page: the address says how the picture is prepared, and for what, where it is not as by default."""
    said, wanted = st.query_params, preparation.as_link(model)
    for name in PREPARED:
        if name not in wanted:
            said.pop(name, None)
        elif said.get(name) != wanted[name]:
            said[name] = wanted[name]
    named = said.get("model")
    # A link to a model of a hub names it until it is loaded.
    left = named is not None and session.find(named).name == named
    if named != model.name and (wanted or left):
        _leave_view(model.name)
    if wanted and not st.session_state.get("picture_is_own"):
        session.picture()
        if said.get("picture") != st.session_state["picture_name"]:
            said["picture"] = str(st.session_state["picture_name"])


def _leave_view(model: str) -> None:
    """Name another model; what the explorer showed of the one before goes."""
    for name in (*TEXTS, *NUMBERS, *FLAGS, "opacity", "second"):
        st.query_params.pop(name, None)
    st.query_params["model"] = model


def remember(model: str, state: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Put a view into the page's address; what is as it is by default is left out."""
    said = {name: str(state[name]) for name in NUMBERS if name != "start" or state[name] != defaults[name]}
    said |= {name: str(state[name]) for name in (*TEXTS, "opacity") if state[name] != defaults[name]}
    said |= {name: "1" for name in FLAGS if state[name]}
    if state["second"]:
        said["second"] = f"{state['second']['layer']}.{state['second']['head']}"
    said |= {name: st.query_params[name] for name in PREPARED if name in st.query_params}
    said["model"] = model
    if not st.session_state.get("picture_is_own"):
        said["picture"] = str(st.session_state["picture_name"])
    st.query_params.from_dict(said)


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) <= DIGITS else text

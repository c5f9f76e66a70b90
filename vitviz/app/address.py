"""What a link to a page says: which model, which sample picture, and what the explorer shows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from vitviz.app import session
from vitviz.samples import SAMPLES
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import REGISTRY
from vitviz.zoo.source import HUB_NAME

TEXTS = ("direction", "scale", "order")
NUMBERS = ("layer", "head", "token", "start")
FLAGS = ("pinned", "log", "smooth")
DIGITS = 9  # of a number in a link; nothing here has as many


def arrive() -> None:
    """Once in a session: choose the model and the sample picture that the link names, if they exist."""
    if st.session_state.get("link.read"):
        return
    st.session_state["link.read"] = True
    name = st.query_params.get("model")
    if name in REGISTRY and not name.endswith("-test") and "model" not in st.session_state:
        st.session_state["model"] = name
    elif name and HUB_NAME.fullmatch(name):  # nothing is loaded before the person says so
        st.session_state["models.hub.name"] = name
        st.session_state["models.asked"] = True
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
        for name in (*TEXTS, *NUMBERS, *FLAGS, "opacity", "second"):
            said.pop(name, None)
        said["model"] = model
    if st.session_state.get("picture_is_own"):
        said.pop("picture", None)
    elif "picture" in said or "token" in said:
        said["picture"] = str(st.session_state["picture_name"])


def remember(model: str, state: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Put a view into the page's address; what is as it is by default is left out."""
    said = {name: str(state[name]) for name in NUMBERS if name != "start" or state[name] != defaults[name]}
    said |= {name: str(state[name]) for name in (*TEXTS, "opacity") if state[name] != defaults[name]}
    said |= {name: "1" for name in FLAGS if state[name]}
    if state["second"]:
        said["second"] = f"{state['second']['layer']}.{state['second']['head']}"
    said["model"] = model
    if not st.session_state.get("picture_is_own"):
        said["picture"] = str(st.session_state["picture_name"])
    st.query_params.from_dict(said)


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) <= DIGITS else text

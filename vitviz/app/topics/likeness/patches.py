"""How alike patches are: the cosine of one with all others of the picture, and of another picture, in every block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import beside, preparation, session
from vitviz.app.topics.likeness.maps import Run, maps
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.zoo.registry import ModelEntry


def show(model: ModelEntry) -> None:
    """The maps, and below them the choice of a second picture."""
    place, below = st.container(), st.container()
    with below:
        left, _ = st.columns([1, 1.6])
        second = beside.choose_picture(left)
    runs = [Run(model, session.picture(), str(st.session_state["picture_name"]))]
    if second is not None:
        picture, name = second
        # Each picture as this model is to see pictures: its own shape, where a person chose that, and not the first's.
        runs.append(Run(preparation.prepared(session.loaded(), picture.size), picture, name))
    with place:
        with st.spinner(say("running")):
            for run in runs:
                run.trace()
        _maps(runs)
    with below:
        st.caption(say("likeness.try"))
        st.markdown(say("likeness.trust"))
        st.caption(say("likeness.colours"))
        if _turned(model):
            st.caption(say("likeness.turned"))


@st.fragment
def _maps(runs: list[Run]) -> None:
    maps(runs, related=True)


def _turned(model: ModelEntry) -> bool:
    """Whether keys and queries are turned by their place before they meet."""
    return getattr(model.config, "rotary", None) is not None

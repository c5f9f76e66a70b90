"""How alike patches are: the cosine of one with all others of the picture, and of another picture, in every block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import beside, other_pictures, preparation, session
from vitviz.app.topics.likeness.maps import Run, maps
from vitviz.app.words import say

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.zoo.registry import ModelEntry


def show(model: ModelEntry, place: DeltaGenerator) -> None:
    """The maps, and in ``place`` the choice of a second picture."""
    second = beside.choose_picture(place, alone=True)
    name = str(st.session_state["picture_name"])
    runs = [Run(model, session.picture(), other_pictures.titles().get(other_pictures.chosen(), name))]
    if second is not None:
        picture, name = second
        # Each picture as this model is to see pictures: its own shape, where a person chose that, and not the first's.
        runs.append(Run(preparation.prepared(session.loaded(), picture.size), picture, name))
    with st.spinner(say("running")):
        for run in runs:
            run.trace()
    _maps(runs)
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

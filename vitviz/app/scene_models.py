"""The models of the picture book on their pages: loaded once for everybody, and the head of such a page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import lost, session
from vitviz.app.words import say
from vitviz.zoo.scene_models import find_scene_model

if TYPE_CHECKING:
    from vitviz.zoo.scene_models import SceneModel


@cache
def scene_model(name: str) -> SceneModel:
    """The model called ``name``, some MB that are kept as long as the server runs."""
    from vitviz.zoo.scene_models import load_scene_model

    return load_scene_model(name)


def scene_head(title: str, lead: str, name: str) -> None:
    """The head of a page about the model called ``name``, and whether that has learned anything.

    Raises:
        CheckpointError: if its weights are damaged.
    """
    entry = find_scene_model(name)
    st.session_state[session.ABOUT] = {"model": entry.title, "picture": say("scene.book")}
    st.title(title, anchor=False)
    lost.notice()
    st.markdown(lead)
    if entry.trained:
        scene_model(name)
    else:
        file = entry.source.where
        st.caption(f":orange-badge[{say('sidebar.untrained')}] {say('scene.untrained', file=file)}")

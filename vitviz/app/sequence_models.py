"""The models that read rows of words or choices: loaded once for everybody, and the head of a page about some."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import lost, session
from vitviz.app.words import say
from vitviz.zoo.sequence_models import find_sequence_model

if TYPE_CHECKING:
    from vitviz.zoo.sequence_models import SequenceModel


@cache
def sequence_model(name: str) -> SequenceModel:
    """The model called ``name``, at most a few MB that are kept as long as the server runs."""
    from vitviz.zoo.sequence_models import load_sequence_model

    return load_sequence_model(name)


def sequence_head(title: str, lead: str, *names: str, given: str = "") -> None:
    """The head of a page about the models called ``names``, and which of them have learned nothing.

    ``given`` is what files that are saved here say the models were given, in place of a picture.

    Raises:
        CheckpointError: if the weights of one are damaged.
    """
    entries = [find_sequence_model(name) for name in names]
    st.session_state[session.ABOUT] = {"model": "; ".join(entry.title for entry in entries), "picture": given}
    st.title(title, anchor=False)
    lost.notice()
    st.markdown(lead)
    for entry in entries:
        if entry.trained:
            sequence_model(entry.name)
        else:
            file = entry.source.where
            st.caption(f":orange-badge[{say('sidebar.untrained')}] {say('scene.untrained', file=file)}")

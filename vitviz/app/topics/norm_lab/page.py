"""Layer norm lab: four experiments on what is averaged, in which precision, and by how many threads."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from vitviz.app import session, shell
from vitviz.app.topics.norm_lab import batch as norm_lab_batch
from vitviz.app.topics.norm_lab import reduction as norm_lab_reduction
from vitviz.app.topics.norm_lab import shape as norm_lab_shape
from vitviz.app.topics.norm_lab import variance as norm_lab_variance
from vitviz.app.words import say
from vitviz.zoo.registry import ModelEntry

EXPERIMENTS: dict[str, Callable[[ModelEntry], None]] = {
    "batch": norm_lab_batch.experiment,
    "shape": norm_lab_shape.experiment,
    "variance": norm_lab_variance.experiment,
    "reduction": norm_lab_reduction.experiment,
}


def show() -> None:
    """The page."""
    model = session.entry()
    shell.head(say("norm_lab.title"), say("norm_lab.lead"), model)
    EXPERIMENTS[_choose()](model)


def _choose() -> str:
    names = list(EXPERIMENTS)
    st.session_state.setdefault("norm_lab.which", names[0])
    chosen = st.segmented_control(
        say("norm_lab.which"), names, format_func=lambda name: say(f"norm_lab.{name}"), key="norm_lab.which",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    return chosen or names[0]

"""Layer norm lab: four experiments on what is averaged, in which precision, and by how many threads."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from vitviz.app import session, shell
from vitviz.app.settings import Setting
from vitviz.app.topics.norm_lab import batch, reduction, shape, variance
from vitviz.app.words import say
from vitviz.zoo.registry import ModelEntry

WHICH = Setting("norm_lab.which", str)
EXPERIMENTS: dict[str, Callable[[ModelEntry], None]] = {
    "batch": batch.experiment,
    "shape": shape.experiment,
    "variance": variance.experiment,
    "reduction": reduction.experiment,
}


def show() -> None:
    """The title, a row of buttons, and the one experiment that is chosen there."""
    model = session.entry()
    shell.head(say("norm_lab.title"), say("norm_lab.lead"), model)
    EXPERIMENTS[_choose()](model)


def _choose() -> str:
    names = list(EXPERIMENTS)
    return WHICH.widget(
        lambda key: st.segmented_control(
            say("norm_lab.which"), names, format_func=lambda name: say(f"norm_lab.{name}"), key=key,
            required=True, label_visibility="collapsed",
        ),
        names, names[0],
    )  # fmt: skip

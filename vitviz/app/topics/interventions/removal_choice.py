"""How patches of the picture are removed, and the other picture whose pixels may take their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import links, other_pictures, session
from vitviz.app.settings import Setting
from vitviz.app.words import say

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

DROP = "drop"
HOWS_OF_PATCHES = (DROP, "mean", "blur", "other")
HOW_PATCH = Setting("interventions.sweep_patch", links.one_of(HOWS_OF_PATCHES))
OTHER = Setting("interventions.other", other_pictures.read)


def choose_removal(trace: Trace) -> tuple[str, str]:
    """The select box of the ways that this model allows; the way, and the other picture where it needs one."""
    from vitviz.tracing.dropping import why_no_dropping

    hows = HOWS_OF_PATCHES[bool(why_no_dropping(trace.network)) :]
    how = HOW_PATCH.widget(
        lambda key: st.selectbox(
            say("interventions.how"), hows, key=key, width=260,
            format_func=lambda name: say(f"interventions.patch.how.{name}"),
        ),
        hows, hows[0],
    )  # fmt: skip
    return how, choose_other() if how == "other" else ""


def choose_other() -> str:
    """The select box of another picture; what an address calls the chosen one."""
    titles = other_pictures.titles()
    here = str(st.session_state.get("picture_name", ""))
    others = [text for text in titles if text != here]
    return OTHER.widget(
        lambda key: st.selectbox(
            say("interventions.from"), others, key=key, width=220,
            format_func=titles.__getitem__,
        ),
        others, others[0],
    )  # fmt: skip


def other_image(model: ModelEntry, trace: Trace, other: str) -> Tensor | None:
    """The normalised pixels of another picture in the shape of the run's; None where it is gone or of another size."""
    found = other_pictures.find(other)
    if found is None:
        return None
    image = session.trace(model, found[0]).kept["image"]
    return image if image.shape == trace.kept["image"].shape else None

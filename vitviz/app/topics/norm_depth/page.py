"""Norms through depth: every token at every layer norm, and what stands out at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import norms, session, shell
from vitviz.app.topics.norm_depth.outliers import ALL_NORMS, OUTLIERS, outliers
from vitviz.app.topics.norm_depth.part import bands, norm_depth
from vitviz.app.words import say
from vitviz.web.norm_depth.payload import DepthView

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


def show() -> None:
    """All layer norms of this person's run on one cursor, and the tokens and channels that stand out at the end."""
    model = session.entry()
    shell.head(say("norm_depth.title"), say("norm_depth.lead"), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
        statistics = session.norm_statistics(trace)
    _all_norms(model, trace, statistics)
    outliers(model, trace, [one.grid for one in statistics if one.grid is not None][-1])


@st.fragment(key=ALL_NORMS)
def _all_norms(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    """What the browser draws on its own; it sends where the cursor went, for the section below."""
    packed = norms.packed(trace, statistics)
    view = DepthView(packed, bands(trace, statistics), norms.cursor(model, statistics))
    norm_depth(f"norm_depth.norms.{model.name}", view, norms.place_chosen(model, [], [OUTLIERS]))

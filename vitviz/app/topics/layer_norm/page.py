"""Layer norm: the numbers of every token at any layer norm of the model, one token through it, and all its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session, shell, tokens
from vitviz.app.fragments import rerun_only
from vitviz.app.topics.layer_norm.one_token import one_token
from vitviz.app.topics.layer_norm.outliers import ALL_NORMS, ONE_TOKEN, OUTLIERS, outliers
from vitviz.app.topics.layer_norm.part import norms, pack
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PICTURE_SIDE = 250


def show() -> None:
    """All layer norms of this person's run on one cursor, what is under it opened, and what stands out at the end."""
    model = session.entry()
    shell.head(say("layer_norm.title"), say("layer_norm.lead"), model)
    first = st.empty()
    with first.container():  # something to look at until the model has run
        st.image(session.seen(model), width=PICTURE_SIDE, output_format="PNG")
        with st.spinner(say("running")):
            trace = session.trace(model)
            statistics = _statistics(trace)
    first.empty()
    _all_norms(model, trace, statistics)
    _one_token(model, trace, statistics)
    outliers(model, trace, [one.grid for one in statistics if one.grid is not None][-1])


def _statistics(trace: Trace) -> tuple[NormStatistics, ...]:
    from vitviz.tracing.norms import norm_statistics

    return session.derived(trace, "norm statistics", lambda: norm_statistics(trace))


@st.fragment(key=ALL_NORMS)
def _all_norms(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    """What the browser draws on its own; it sends where the cursor went, for the fragments below."""
    turns = f"layer_norm.turn.{model.name}"

    def on_choose(at: int, token: int, turn: int) -> None:
        session.set_setting(turns, turn)
        session.set_setting(_norm_key(model), at)
        if token == tokens.current(model):
            rerun_only(ONE_TOKEN)
        tokens.choose(model, token)
        rerun_only(ONE_TOKEN, OUTLIERS)

    norms(
        f"layer_norm.norms.{model.name}", session.derived(trace, "norms packed", lambda: pack(statistics)),
        session.seen(model), tokens.prefix(model), tokens.finest(model),
        (_at(model, statistics), tokens.current(model)), session.setting(turns, 0), on_choose,
    )  # fmt: skip


@st.fragment(key=ONE_TOKEN)
def _one_token(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    norm = statistics[_at(model, statistics)]
    # After pooling there is only one token.
    token = 0 if norm.grid is None else tokens.current(model, norm.grid)
    one_token(model, trace, norm.name, token)


def _at(model: ModelEntry, statistics: tuple[NormStatistics, ...]) -> int:
    """Number of the chosen layer norm."""
    return min(session.setting(_norm_key(model), 0), len(statistics) - 1)


def _norm_key(model: ModelEntry) -> str:
    return f"layer_norm.at.{model.name}"

"""Layer norm: the numbers of every token at any layer norm of the model, one token through it, and all its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import links, session, shell, tokens
from vitviz.app.fragments import rerun_only
from vitviz.app.settings import Setting
from vitviz.app.topics.layer_norm.one_token import one_token
from vitviz.app.topics.layer_norm.outliers import ALL_NORMS, ONE_TOKEN, OUTLIERS, outliers
from vitviz.app.topics.layer_norm.part import NormsView, Packed, norms, pack
from vitviz.app.words import say
from vitviz.models.config import ModelConfig, ViTConfig, norms_after

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PACKED = session.Derived[Packed]("statistics of all layer norms for the browser")
# The number of the chosen layer norm, and how often a place was chosen in the browser.
AT = Setting("layer_norm.at", links.whole)
TURN = Setting("layer_norm.turn", links.whole)
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
            statistics = session.norm_statistics(trace)
    first.empty()
    for note in _notes(model.config):
        st.caption(say(f"layer_norm.{note}"))
    _all_norms(model, trace, statistics)
    _one_token(model, trace, statistics)
    outliers(model, trace, [one.grid for one in statistics if one.grid is not None][-1])


def _notes(config: ModelConfig) -> list[str]:
    """What is unlike plain ViT: norms behind the sublayers, and norms of other vectors than tokens, not listed."""
    has = {
        "norms_after": norms_after(config),
        "qk_norms": isinstance(config, ViTConfig) and config.qk_norm,
        "pool_norm": isinstance(config, ViTConfig) and config.pool == "map",
    }
    return [note for note, there in has.items() if there]


@st.fragment(key=ALL_NORMS)
def _all_norms(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    """What the browser draws on its own; it sends where the cursor went, for the fragments below."""

    def on_choose(at: int, token: int, turn: int) -> None:
        TURN.set(turn, model.name)
        AT.set(at, model.name)
        if token == tokens.current(model):
            rerun_only(ONE_TOKEN)
        tokens.choose(model, token)
        rerun_only(ONE_TOKEN, OUTLIERS)

    view = NormsView(
        session.derived(trace, PACKED, lambda: pack(statistics)), session.seen(model), tokens.prefix(model),
        tokens.finest(model), _at(model, statistics), tokens.current(model), TURN.get(0, model.name),
    )  # fmt: skip
    norms(f"layer_norm.norms.{model.name}", view, on_choose)


@st.fragment(key=ONE_TOKEN)
def _one_token(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    norm = statistics[_at(model, statistics)]
    # After pooling there is only one token.
    token = 0 if norm.grid is None else tokens.current(model, norm.grid)
    one_token(model, trace, norm.name, token)


def _at(model: ModelEntry, statistics: tuple[NormStatistics, ...]) -> int:
    """Number of the chosen layer norm."""
    return min(AT.get(0, model.name), len(statistics) - 1)

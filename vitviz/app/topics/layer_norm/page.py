"""Layer norm: the numbers of every token at any layer norm of the model, and one token through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import norms, session, shell, tokens
from vitviz.app.topics.layer_norm.one_token import one_token
from vitviz.app.topics.layer_norm.part import NormView, layer_norms
from vitviz.app.words import say
from vitviz.models.config import ModelConfig, ViTConfig, norms_after

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# The fragments of the page: one layer norm for all tokens, and one token through it.
ALL_TOKENS, ONE_TOKEN = "layer_norm.all_tokens", "layer_norm.one_token"
PICTURE_SIDE = 250


def show() -> None:
    """Any layer norm of this person's run for all tokens, and what it does to the one under the cursor."""
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
    _all_tokens(model, trace, statistics)
    _one_token(model, trace, statistics)


def _notes(config: ModelConfig) -> list[str]:
    """What is unlike plain ViT: norms behind the sublayers, and norms of other vectors than tokens, not listed."""
    has = {
        "norms_after": norms_after(config),
        "qk_norms": isinstance(config, ViTConfig) and config.qk_norm,
        "pool_norm": isinstance(config, ViTConfig) and config.pool == "map",
    }
    return [note for note, there in has.items() if there]


@st.fragment(key=ALL_TOKENS)
def _all_tokens(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    """What the browser draws on its own; it sends where the cursor went, for the fragment below."""
    view = NormView(
        norms.packed(trace, statistics), statistics[0], session.seen(model), norms.cursor(model, statistics)
    )
    layer_norms(f"layer_norm.norms.{model.name}", view, norms.place_chosen(model, [ONE_TOKEN], []))


@st.fragment(key=ONE_TOKEN)
def _one_token(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    norm = statistics[norms.chosen(model, statistics)]
    # After pooling there is only one token.
    token = 0 if norm.grid is None else tokens.current(model, norm.grid)
    one_token(model, trace, norm.name, token)

"""Tokens and position: the sequence, where its tokens stand, how alike positions are, and what happens without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import html, links, model_titles, session, shell, tokens
from vitviz.app.session import Derived
from vitviz.app.settings import Setting
from vitviz.app.topics.position.another_grid import another_grid
from vitviz.app.topics.position.changed import changed
from vitviz.app.topics.position.in_attention import in_attention
from vitviz.app.topics.position.part import PositionEmbeddings, similarity
from vitviz.app.topics.position.sequence import sequence
from vitviz.app.words import say
from vitviz.models.config import ViTConfig
from vitviz.plot.numbers import fixed
from vitviz.zoo.registry import ModelEntry, find

if TYPE_CHECKING:
    from vitviz.analysis.position.similarity import Structure
    from vitviz.tracing.trace import Trace

STRUCTURE: Derived[tuple[float, Structure]] = Derived("how alike positions are")
PARTS = ("sequence", "similarity", "size", "changed")
PART = Setting("position.part", links.one_of(PARTS))


def show() -> None:
    """One of four parts: the sequence, how alike positions are, another grid, positions removed or patches shuffled."""
    chosen = session.entry()
    model = find(session.DEFAULT_MODEL) if chosen.is_swin else chosen
    config = model.config
    assert isinstance(config, ViTConfig)
    shell.head(say("position.title"), f"{say('position.lead')} {_kinds(config)}", model)
    if chosen.is_swin:
        st.info(f"{say('position.swin')} {say('position.instead', name=model_titles.title(model))}")
    part = _choose_part()
    # Each part has a place of its own: what another one showed goes at once, not when a long run ends.
    places = {name: st.container() if name == part else st.empty() for name in PARTS}
    with places[part]:
        with st.spinner(say("running")):
            trace = session.trace(model)
        if in_scores(config) and (part == "changed" or (part == "similarity" and config.position == "none")):
            if part == "changed":
                st.info(say("position.changed_in_attention"))
            in_attention(model, trace)
        elif part in ("similarity", "size") and config.position == "none":
            st.info(say("position.size_in_attention" if in_scores(config) else "position.nothing"))
        else:
            DRAW[part](model, trace)
    if not chosen.is_swin:
        st.caption(say("position.swin"))


def in_scores(config: ViTConfig) -> bool:
    """Whether places act inside attention and not only by what is added to the tokens."""
    return config.rotary is not None or config.relative_bias


def _kinds(config: ViTConfig) -> str:
    """Every way in which the model tells places apart."""
    inside = [
        say(f"position.kind_{name}")
        for name, has in (("rotary", config.rotary is not None), ("bias", config.relative_bias))
        if has
    ]
    added = [] if inside and config.position == "none" else [say(f"position.kind_{config.position}")]
    return " ".join([*added, *inside])


def _choose_part() -> str:
    """Which of the four is shown; kept when the page is left, and asked anew in another language."""
    key = f"{PART.name}.{st.session_state.get('language', 'en')}"
    before = PART.get(PARTS[0])
    st.session_state.setdefault(key, before)
    chosen = st.segmented_control(
        say("position.parts"), PARTS, format_func=lambda part: say(f"position.part_{part}"), key=key,
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    part = chosen or PARTS[0]
    PART.set(part)
    return part


@st.fragment
def _similarity(model: ModelEntry, trace: Trace) -> None:
    """The paper's figure in the browser, and as numbers how alike the positions of near and far patches are."""
    from vitviz.analysis.position.similarity import cosine_similarities, largest_of_two, structure

    grid, first = tokens.finest(model), len(tokens.prefix(model))
    positions = trace["pos_embed"][0].numpy()  # (N, D)

    def measure() -> tuple[float, Structure]:
        cosines = cosine_similarities(positions[first:])  # (h*w, h*w)
        return largest_of_two(cosines), structure(cosines, grid)

    largest, over_all = session.derived(trace, STRUCTURE, measure)
    st.markdown(say("position.read_tile"))
    embeddings = PositionEmbeddings(
        positions, grid, tokens.prefix(model), session.seen(model), f"{model.name} {positions.shape}", largest
    )
    similarity(
        f"position.similarity.{model.name}", embeddings, tokens.current(model),
        lambda token: tokens.choose(model, token),
    )  # fmt: skip
    left, right = st.columns([1, 1.2], gap="medium")
    with left:
        st.markdown(f"**{say('position.structure')}**")
        rows = [
            (say(f"position.similarity.mean_{name}"), _cosine(value))
            for name, value in over_all._asdict().items()
        ]
        st.html(html.table(rows, numbers=[1]))
    with right:
        st.caption(say("position.structure_help"))
        st.caption(say("position.try_similarity"))


def _cosine(value: float) -> str:
    return "\u2013" if np.isnan(value) else fixed(value, 4)


DRAW = {"sequence": sequence, "similarity": _similarity, "size": another_grid, "changed": changed}

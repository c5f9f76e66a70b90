"""Positions that are not added to tokens but act inside attention: angles of queries and keys, or a bias of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from vitviz.app import html, session, settings, tokens
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.widgets.tiles import tiles
from vitviz.app.words import say
from vitviz.models.config import ViTConfig
from vitviz.plot.numbers import fixed, short

if TYPE_CHECKING:
    from vitviz.analysis.position.rotation import Rotation
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PICTURE_SIDE = 300
MOST_MAPS = 48
TILE = 84


@st.fragment
def in_attention(model: ModelEntry, trace: Trace) -> None:
    """What the model that ran has: rotary positions, relative position bias, or both."""
    config = cast("ViTConfig", model.config)
    if config.rotary is not None:
        _rotation(model, trace)
    if config.relative_bias:
        _bias(model, trace)


def _rotation(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.position.rotation import rotation_of

    config = cast("ViTConfig", model.config)
    assert config.rotary is not None
    st.markdown(say("position.rotation.lead"))
    own = config.rotary.kind == "mixed"
    block, head = _block_and_head(model, trace) if own else (0, 0)
    found = rotation_of(trace.blocks[block], head)
    st.caption(say("position.rotation.own" if own else "position.rotation.shared"))
    left, right = st.columns([1, 1.6], gap="medium")
    with left:
        patch = _choose_patch(model, found)
    with right:
        _table(found, patch)
    rows, columns = tokens.finest(model)
    maps = np.cos(found.angles.T[:MOST_MAPS]).reshape(-1, rows, columns)  # (d/2, h, w)
    st.markdown(say("position.rotation.maps", count=len(maps), all=found.angles.shape[1]))
    tiles(
        f"position.rotation.{model.name}.{block}.{head}", maps, quantity="position", limits=(-1.0, 1.0),
        labels=[str(i) for i in range(len(maps))], width=TILE, scale_label="cos",
    )  # fmt: skip


def _choose_patch(model: ModelEntry, found: Rotation) -> int:
    """The picture, coloured by what place alone leaves of a score; the patch that is chosen."""
    first = len(tokens.prefix(model))
    token = max(tokens.current(model), first)  # a prefix token has no place
    alike = found.alike(token - first)
    values = np.concatenate([np.full(first, np.nan), alike])
    picker(
        f"position.rotation.picture.{model.name}", session.seen(model), *tokens.finest(model), token,
        lambda chosen: tokens.choose(model, chosen), prefix=tokens.prefix(model), chips=False, width=PICTURE_SIDE,
        overlay=Overlay(values, (-1.0, 1.0), "position", label="cos"),
    )  # fmt: skip
    st.caption(say("position.rotation.alike"))
    return token - first


def _table(found: Rotation, patch: int) -> None:
    """The chosen patch's angles: radians, turns, and what they do to a pair (1, 0)."""
    angles = found.angles[patch]
    rows = [
        (str(i), fixed(angle), short(angle / (2 * np.pi)), fixed(np.cos(angle)), fixed(np.sin(angle)))
        for i, angle in enumerate(angles[:MOST_MAPS])
    ]
    heads = (
        say("position.rotation.pair"), say("position.rotation.angle"), say("position.rotation.turns"), "cos", "sin",
    )  # fmt: skip
    with st.container(height=330):
        st.html(html.table(rows, heads, numbers=range(5)))


def _bias(model: ModelEntry, trace: Trace) -> None:
    st.markdown(say("position.bias.lead"))
    block, _ = _block_and_head(model, trace, heads=False)
    left, right = st.columns([1, 2], gap="medium")
    token = tokens.current(model)
    with left:
        picker(
            f"position.bias.picture.{model.name}", session.seen(model), *tokens.finest(model), token,
            lambda chosen: tokens.choose(model, chosen), prefix=tokens.prefix(model), width=PICTURE_SIDE,
        )  # fmt: skip
    bias = trace.blocks[block]["relative_position_bias"].numpy()  # (H, N, N)
    rows, columns = tokens.finest(model)
    maps = bias[:, token, len(tokens.prefix(model)) :].reshape(-1, rows, columns)  # (H, h, w)
    with right:
        st.caption(say("position.bias.maps"))
        tiles(
            f"position.bias.{model.name}.{block}", maps, quantity="position",
            labels=[str(i) for i in range(len(maps))], width=TILE + 30, scale_label=say("position.bias.label"),
        )  # fmt: skip


def _block_and_head(model: ModelEntry, trace: Trace, heads: bool = True) -> tuple[int, int]:
    """The current block, and with ``heads`` the current head, chosen here for all pages."""
    places = st.columns(2)
    blocks = range(len(trace.blocks))
    with places[0]:
        block = settings.BLOCK.widget(
            lambda key: st.select_slider(say("position.rotation.block"), blocks, key=key),
            blocks, 0, model.name,
        )  # fmt: skip
    if not heads:
        return block, 0
    numbers = range(trace.blocks[block].num_heads)
    with places[1]:
        head = settings.HEAD.widget(
            lambda key: st.select_slider(say("position.rotation.head"), numbers, key=key),
            numbers, 0, model.name,
        )  # fmt: skip
    return block, head

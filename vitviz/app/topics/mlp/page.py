"""MLP units: one token through one MLP, and how many units are silent in every block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session, shell, tokens
from vitviz.app.block_choice import choose_block
from vitviz.app.fragments import token_chosen
from vitviz.app.stream_pass import stream_pass
from vitviz.app.topics.mlp.hidden_units import mlp_of_token
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.plot.depth import share_lines

if TYPE_CHECKING:
    from vitviz.analysis.stream.residual_stream import StreamBlock
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

UNITS = "mlp.units"
PICTURE_SIDE = 240


def show() -> None:
    """The hidden units of the chosen block and token of this person's run, and how both compare with other blocks."""
    model = session.entry()
    shell.head(say("mlp.title"), say("mlp.lead"), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    _units(model, trace, stream_pass(trace).blocks)


@st.fragment(key=UNITS)
def _units(model: ModelEntry, trace: Trace, blocks: tuple[StreamBlock, ...]) -> None:
    """The chosen block and token: its MLP, and the shares of silent units through all blocks."""
    at = choose_block(model, [block.name for block in blocks])
    block = blocks[at]
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        st.markdown(say("choose.token"))
        picker(
            f"mlp.picture.{model.name}", session.seen(model), *block.grid, tokens.current(model, block.grid),
            token_chosen(model, UNITS, grid=block.grid), prefix=tokens.prefix(model),
            grid=block.grid[0] <= 28, width=PICTURE_SIDE,
        )  # fmt: skip
        st.caption(say("mlp.try"))
    with right:
        mlp_of_token(model, trace, block.name, tokens.current(model, block.grid))
    _sparsity(model, blocks, at)


def _sparsity(model: ModelEntry, blocks: tuple[StreamBlock, ...], at: int) -> None:
    from vitviz.analysis.mlp.over_depth import SHARES, share_over_depth

    st.header(say("mlp.sparsity"), anchor=False)
    st.caption(say("mlp.sparsity_help"))
    chosen = [tokens.current(model, block.grid) for block in blocks]
    panels = {say(f"mlp.{share}"): share_over_depth(blocks, chosen, share) for share in SHARES}
    names = [block.name for block in blocks]
    figure = share_lines.describe(panels, names, at, x_title=say("block"), label=say("mlp.sparsity"))
    chart("mlp.shares", figure)

"""The residual stream: what every block adds to a token, and how long the token gets by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import bench, html, session, shell, tokens
from vitviz.app.block_choice import choose_block
from vitviz.app.fragments import token_chosen
from vitviz.app.stream_pass import stream_pass
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.models.config import ModelConfig, ViTConfig, norms_after
from vitviz.plot.depth import length_lines
from vitviz.plot.numbers import fixed
from vitviz.tracing.planned_edit import PlannedEdit

if TYPE_CHECKING:
    from vitviz.analysis.stream.residual_stream import StreamBlock
    from vitviz.zoo.registry import ModelEntry

LENGTHS = "stream.lengths"
PICTURE_SIDE = 240


def show() -> None:
    """What a block of this model adds, and the lengths of it in this person's run, block by block."""
    model = session.entry()
    shell.head(say("stream.title"), _lead(model.config), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    _lengths(model, stream_pass(trace).blocks)


def _lead(config: ModelConfig) -> str:
    """What a block of this model adds, as formulas: with layer norms before or behind, with LayerScale or without."""
    behind, scaled = norms_after(config), isinstance(config, ViTConfig) and config.layer_scale

    def sum_of(name: str, number: int, stream: str) -> str:
        read = stream if behind else rf"\mathrm{{LN}}({stream})"
        made = rf"\mathrm{{{name}}}({read})"
        added = rf"\mathrm{{LN}}({made})" if behind else made
        scale = rf"\lambda_{number} \odot " if scaled else ""
        return f"{scale}{added} + {stream}"

    attention = f"$z'_l = {sum_of('MSA', 1, 'z_{l-1}')}$"
    mlp = "$z_l = " + sum_of("MLP", 2, "z'_l") + "$"
    lead = say("stream.lead_norms_after" if behind else "stream.lead", attention=attention, mlp=mlp)
    return f"{lead} {say('stream.layer_scale')}" if scaled else lead


@st.fragment(key=LENGTHS)
def _lengths(model: ModelEntry, blocks: tuple[StreamBlock, ...]) -> None:
    """The chosen block and token with the lengths there, and these through all blocks."""
    at = choose_block(model, [block.name for block in blocks])
    block = blocks[at]
    token = tokens.current(model, block.grid)
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        st.markdown(say("choose.token"))
        picker(
            f"stream.picture.{model.name}", session.seen(model), *block.grid, token,
            token_chosen(model, LENGTHS, grid=block.grid), prefix=tokens.prefix(model),
            grid=block.grid[0] <= 28, width=PICTURE_SIDE,
        )  # fmt: skip
    with right:
        st.markdown(say("stream.here", token=token, block=block.name))
        st.html(html.table(_there(block, token), numbers=[1]))
        edits = [PlannedEdit(kind, at) for kind in ("attention", "mlp", "block")]
        bench.offer(model, [*edits, PlannedEdit("tokens", at, (token,))], "stream")
        st.caption(say("stream.lengths_help_swin" if model.is_swin else "stream.lengths_help"))
        st.caption(say("stream.try"))
    st.header(say("stream.lengths"), anchor=False)
    _through_depth(model, blocks, at)
    st.caption(say("stream.legend"))


def _there(block: StreamBlock, token: int) -> list[tuple[str, str]]:
    """The four lengths of one token in one block, in the order in which its vectors are added."""
    lengths = {
        "before": block.before, "attention": block.attention, "mlp": block.mlp, "after": block.after,
    }  # fmt: skip
    return [(say(f"stream.{name}"), fixed(float(length[token]), 3)) for name, length in lengths.items()]


def _through_depth(model: ModelEntry, blocks: tuple[StreamBlock, ...], at: int) -> None:
    from vitviz.analysis.stream.over_depth import LENGTHS as SERIES
    from vitviz.analysis.stream.over_depth import length_of_token, mean_length, stage_starts

    prefix = tokens.prefix(model)
    stages = {i: say("stream.stage", number=stage) for i, stage in stage_starts(blocks).items()}
    followed = {"chosen": [tokens.current(model, block.grid) for block in blocks]}
    if "cls" in prefix:
        followed["cls"] = [0] * len(blocks)
    panels = {
        say(f"token.{name}"): {
            say(f"stream.{length}"): length_of_token(blocks, token, length) for length in SERIES
        }
        for name, token in followed.items()
    }
    panels[say("token.mean")] = {
        say(f"stream.{length}"): mean_length(blocks, len(prefix), length) for length in SERIES
    }
    figure = length_lines.describe(
        panels, [block.name for block in blocks], at, stages,
        x_title=say("block"), y_title=say("stream.length"), label=say("stream.lengths"),
    )  # fmt: skip
    chart("stream.lengths", figure)

"""MLP and residual stream: one token through one MLP, what every block adds, and what the additions give a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from vitviz.app import links, session, shell, tokens
from vitviz.app.fragments import token_chosen
from vitviz.app.progress import in_steps
from vitviz.app.settings import Setting
from vitviz.app.topics.stream.attribution import ATTRIBUTION, OVERVIEW, logit_attribution
from vitviz.app.topics.stream.hidden_units import mlp_of_token
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.models.config import ModelConfig, ViTConfig, norms_after
from vitviz.plot.depth import length_lines, share_lines

if TYPE_CHECKING:
    from vitviz.analysis.stream.logit_attribution import Attribution, Reader
    from vitviz.analysis.stream.residual_stream import StreamBlock
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PICTURE_SIDE = 240


class Passed(NamedTuple):
    """What one pass over the blocks left."""

    blocks: tuple[StreamBlock, ...]
    attribution: Attribution | None
    by: tuple[Reader, ...]


PASSED = session.Derived[Passed]("one pass over the blocks")
BLOCK = Setting("stream.block", links.whole)


def show() -> None:
    """One pass over the blocks of this person's run, then the chosen block and token, and what each part gives."""
    model = session.entry()
    shell.head(say("stream.title"), _lead(model.config), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    passed = session.derived(trace, PASSED, lambda: _pass(trace), own_turns=True)
    _overview(model, trace, passed)
    logit_attribution(model, trace, passed.attribution, passed.by)


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


def _pass(trace: Trace) -> Passed:
    from vitviz.analysis.stream.residual_stream import StreamPass

    work = StreamPass(trace)
    blocks = tuple(in_steps(work.blocks(), len(trace.blocks), say("stream.passing")))
    return Passed(blocks, work.attribution(), work.by)


@st.fragment(key=OVERVIEW)
def _overview(model: ModelEntry, trace: Trace, passed: Passed) -> None:
    """The chosen block and token: its MLP, and how both compare with the other blocks."""
    at = _choose_block(model, passed.blocks)
    block = passed.blocks[at]
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        st.markdown(say("stream.token"))
        picker(
            f"stream.picture.{model.name}", session.seen(model), *block.grid, tokens.current(model, block.grid),
            token_chosen(model, OVERVIEW, ATTRIBUTION, grid=block.grid), prefix=tokens.prefix(model),
            grid=block.grid[0] <= 28, width=PICTURE_SIDE,
        )  # fmt: skip
        st.caption(say("stream.try"))
    token = tokens.current(model, block.grid)
    with right:
        mlp_of_token(model, trace, block.name, token)
    _sparsity(model, passed.blocks, at)
    _lengths(model, passed.blocks, at)


def _choose_block(model: ModelEntry, blocks: tuple[StreamBlock, ...]) -> int:
    numbers, names = range(len(blocks)), [block.name for block in blocks]
    return BLOCK.widget(
        lambda key: st.select_slider(
            say("stream.block", count=len(blocks)), numbers, key=key, format_func=names.__getitem__
        ),
        numbers, len(blocks) // 2, model.name,
    )  # fmt: skip


def _sparsity(model: ModelEntry, blocks: tuple[StreamBlock, ...], at: int) -> None:
    from vitviz.analysis.stream.over_depth import SHARES, share_over_depth

    st.header(say("stream.sparsity"), anchor=False)
    st.caption(say("stream.sparsity_help"))
    chosen = [tokens.current(model, block.grid) for block in blocks]
    panels = {say(f"stream.{share}"): share_over_depth(blocks, chosen, share) for share in SHARES}
    names = [block.name for block in blocks]
    figure = share_lines.describe(panels, names, at, x_title=say("block"), label=say("stream.sparsity"))
    chart("stream.shares", figure)


def _lengths(model: ModelEntry, blocks: tuple[StreamBlock, ...], at: int) -> None:
    from vitviz.analysis.stream.over_depth import LENGTHS, length_of_token, mean_length, stage_starts

    prefix = tokens.prefix(model)
    st.header(say("stream.lengths"), anchor=False)
    st.caption(say("stream.lengths_help_swin" if model.is_swin else "stream.lengths_help"))
    stages = {i: say("stream.stage", number=stage) for i, stage in stage_starts(blocks).items()}
    followed = {"chosen": [tokens.current(model, block.grid) for block in blocks]}
    if "cls" in prefix:
        followed["cls"] = [0] * len(blocks)
    panels = {
        say(f"token.{name}"): {
            say(f"stream.{length}"): length_of_token(blocks, token, length) for length in LENGTHS
        }
        for name, token in followed.items()
    }
    panels[say("token.mean")] = {
        say(f"stream.{length}"): mean_length(blocks, len(prefix), length) for length in LENGTHS
    }
    names = [block.name for block in blocks]
    figure = length_lines.describe(
        panels,
        names,
        at,
        stages,
        x_title=say("block"),
        y_title=say("stream.length"),
        label=say("stream.lengths"),
    )
    chart("stream.lengths", figure)
    st.caption(say("stream.legend"))

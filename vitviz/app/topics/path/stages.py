"""Step 9: Swin's stages. Fewer and wider tokens after every merging, and at the end the class scores."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, pages, session, shell, tokens
from vitviz.app.class_names import naming
from vitviz.app.topics.path.frame import ask, run_step, take_away
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.tracing.swin_blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "stages"
SIDE = 115
BEST = 4
FINEST_GRID_DRAWN = 28


def show() -> None:
    """One place of the picture in every stage, how many numbers each stage has, one merging, and the prediction."""
    model = session.entry("swin")
    _stages(model, run_step(STEP, model))


def first_blocks(trace: Trace) -> list[SwinBlockTrace]:
    """Block 0 of every stage."""
    return [block for block in trace.swin_blocks if block.name.endswith(".blocks.0")]


@st.fragment
def _stages(model: ModelEntry, trace: Trace) -> None:
    firsts = first_blocks(trace)
    shapes = [tuple(block["resid_pre"].shape[1:]) for block in firsts]
    numbers = [rows * columns * dim for rows, columns, dim in shapes]
    before, after = numbers[0], numbers[1] if len(numbers) > 1 else numbers[0]
    answered = ask(
        STEP, model, {name: say(f"path.stages.{name}") for name in ("same", "half", "quarter")}, lambda: "half",
        lambda: say("path.stages.because", before=f"{before:,}", after=f"{after:,}"),
    )  # fmt: skip
    for place, block, (rows, columns, dim) in zip(
        st.container(key="path-frames").columns(len(firsts), gap="small"), firsts, shapes, strict=True
    ):
        with place:
            st.markdown(f"**{say('path.stages.stage', stage=block.stage)}**")
            token = tokens.current(model, (rows, columns))
            picker(
                f"path.stages.{block.stage}.{model.name}", session.seen(model), rows, columns, token,
                partial(tokens.choose, model, grid=(rows, columns)),
                grid=rows <= FINEST_GRID_DRAWN, width=SIDE,
            )  # fmt: skip
            count = f" = {rows * columns * dim:,}" if answered else ""
            st.caption(say("path.stages.shape", rows=rows, columns=columns, dim=dim, count=count))
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        _merging(model, trace, firsts)
    with right:
        if shell.has_classes(model):
            name = naming(trace)
            st.html(html.bars((name(score.class_index), score.probability) for score in trace.top(BEST)))
    if answered:
        take_away(STEP)
    with st.container(horizontal=True, key="path-end", vertical_alignment="center", gap="small"):
        st.markdown(say("path.stages.end"), width="content")
        pages.link("attention", f"**{pages.title('attention')} →**")


def _merging(model: ModelEntry, trace: Trace, firsts: list[SwinBlockTrace]) -> None:
    """The first merging at the chosen place: four neighbours in a row, one matrix, a token twice as wide."""
    from vitviz.analysis.swin_shift.merging import merge_at, neighbours

    if len(firsts) < 2:
        return
    step = f"layers.{firsts[1].stage}.downsample"
    (height, width), (rows, columns) = firsts[0].map_size, firsts[1].map_size
    row, column = divmod(tokens.current(model, (rows, columns)), columns)
    merge = merge_at(trace, step, row, column)
    four = neighbours(height, width)[row, column].tolist()
    places = [say("path.stages.padding") if at < 0 else str(divmod(at, width)) for at in four]
    st.markdown(say("path.stages.merging", row=row, column=column, step=step, stage=firsts[1].stage))
    wide, narrow = merge.inputs.size, merge.reduced.size
    opened = merge.open(0)
    gap = abs(opened.value - float(merge.reduced[0]))
    table = [
        (say("path.stages.four"), " ".join(places), f"{wide}"),
        (say("path.stages.matrix"), f"{wide} x {narrow}", str(narrow)),
        (
            say("path.stages.first"),
            say("path.stages.opened", count=wide, gap=f"{gap:.1e}"),
            short(opened.value),
        ),
    ]
    st.html(html.table(table, numbers=(2,)))

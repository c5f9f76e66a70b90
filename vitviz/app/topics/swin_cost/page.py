"""Swin, the cost: the paper's formulas, what a real run multiplies, the time it takes here, and a small example."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.analysis.swin_cost.attention_cost import global_cost, pairs_by_loops, window_cost
from vitviz.app import html, model_titles, session, shell
from vitviz.app.topics.swin_cost.race import race
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.tiles import tiles
from vitviz.app.words import say
from vitviz.plot.cost import Curve, StageCost, cost_curves
from vitviz.plot.numbers import percent
from vitviz.web.tensor_summary import shape_text

if TYPE_CHECKING:
    from vitviz.analysis.swin_cost.block_cost import BlockCost
    from vitviz.tracing.swin_blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace

FACTORS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)
COST: session.Derived[BlockCost] = session.Derived("cost of a block")
LARGEST = 8  # patches a side of the example that is counted by loops


def show() -> None:
    """The paper's formulas as curves, what the run of a Swin multiplies, a race on this machine, a small example."""
    from vitviz.analysis.swin_cost.block_cost import first_blocks

    model = session.entry("swin")
    shell.head(say("swin_cost.title"), say("swin_cost.lead"), model)
    if model != session.entry():
        st.caption(say("swin.instead", name=model_titles.title(model)))
    with st.spinner(say("running")):
        trace = session.trace(model)
    blocks = first_blocks(trace)
    _formulas(blocks)
    _counted(trace, blocks)
    race(model.name, blocks)
    _classroom()


def _formulas(blocks: list[SwinBlockTrace]) -> None:
    left, right = st.columns(2)
    left.latex(r"\Omega(\text{MSA}) = 4hwC^2 + 2(hw)^2C")
    right.latex(r"\Omega(\text{W-MSA}) = 4hwC^2 + 2M^2hwC")
    st.caption(say("swin_cost.letters"))
    figure = cost_curves.describe(
        [_stage(block) for block in blocks],
        x_title=say("swin_cost.side"), y_title=say("swin_cost.multiply_adds"), label=say("swin_cost.title"),
    )  # fmt: skip
    chart("swin_cost.curves", figure)
    st.caption(say("swin_cost.dots"))


def _stage(block: SwinBlockTrace) -> StageCost:
    grid, dim = block.grid, int(block["resid_pre"].shape[-1])
    sides = [round(factor * grid.window) for factor in FACTORS]
    height, width, window = grid.height, grid.width, grid.window
    return StageCost(
        say("swin_cost.panel", number=block.stage, dim=dim, window=window),
        (height * width) ** 0.5,
        Curve(
            say("swin_cost.global"), sides, [global_cost(side, side, dim).total for side in sides],
            global_cost(height, width, dim).total,
        ),
        Curve(
            say("swin_cost.windowed"), sides, [window_cost(side, side, dim, window).total for side in sides],
            window_cost(height, width, dim, window).total,
        ),
    )  # fmt: skip


def _cost(trace: Trace, block: SwinBlockTrace) -> BlockCost:
    from vitviz.analysis.swin_cost.block_cost import block_cost

    return session.derived(trace, COST.at(block.name), lambda: block_cost(trace, block))


def _counted(trace: Trace, blocks: list[SwinBlockTrace]) -> None:
    """A table of the formulas beside what block 0 of every stage really multiplied, and where it did."""
    st.header(say("swin_cost.counted_title"), anchor=False)
    costs = [_cost(trace, block) for block in blocks]
    names = ("stage", "map", "dim", "window", "global", "windowed", "ratio", "counted", "difference")
    heads = [say(f"swin_cost.head_{name}") for name in names]
    st.html(html.table([_row(cost) for cost in costs], heads, numbers=range(9)))
    padded = [
        f"{cost.padded[0]} x {cost.padded[1]}: {cost.padded_windowed.total:,}"
        for cost in costs
        if cost.is_padded
    ]
    st.caption(say("swin_cost.padded", padded=", ".join(padded)) if padded else say("swin_cost.exact"))
    _where(costs)


def _row(cost: BlockCost) -> list[str]:
    everything, windowed = cost.everything.total, cost.windowed.total
    return [
        str(cost.stage), f"{cost.height} x {cost.width}", str(cost.dim), str(cost.window),
        f"{everything:,}", f"{windowed:,}", f"{everything / windowed:.2f}", f"{cost.counted:,}",
        f"{cost.counted - windowed:,}",
    ]  # fmt: skip


@st.fragment
def _where(costs: list[BlockCost]) -> None:
    """Every product of one stage's block 0, with the line that computes it and its share."""
    stage = st.segmented_control(
        say("swin_cost.stage"), range(len(costs)), default=0, required=True, key="swin_cost.stage",
        format_func=lambda at: say("swin_cost.stage_number", number=at), label_visibility="collapsed",
    )  # fmt: skip
    cost = costs[stage or 0]
    st.markdown(f"${_with_numbers(cost)}$")
    st.markdown(say("swin_cost.where", number=cost.stage))
    rows = [
        (
            f"{share.product.function}, {share.product.line}",
            share.product.operation,
            "  ".join(shape_text(shape) for shape in share.product.inputs if len(shape) > 1),
            f"{share.product.multiply_adds:,}",
            percent(share.part),
        )
        for share in cost.shares
    ]
    names = [say(f"swin_cost.head_{name}") for name in ("line", "operation", "shapes")]
    st.html(html.table(rows, [*names, say("swin_cost.multiply_adds"), ""], numbers=range(5)))


def _with_numbers(cost: BlockCost) -> str:
    """Ω(W-MSA) of a block with its numbers in it, as LaTeX; the map is the padded one, which is what runs."""
    (height, width), dim, window = cost.padded, cost.dim, cost.window
    ran = cost.padded_windowed
    return (
        rf"4hwC^2 + 2M^2hwC = 4 \cdot {height} \cdot {width} \cdot {dim}^2"
        rf" + 2 \cdot {window}^2 \cdot {height} \cdot {width} \cdot {dim}"
        rf" = {_number(ran.linear)} + {_number(ran.pairs)} = {_number(ran.total)}"
    )


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "{,}")


@st.fragment
def _classroom() -> None:
    st.header(say("swin_cost.class_title"), anchor=False)
    st.markdown(say("swin_cost.class_lead"))
    choice, everything, windows = st.columns([1, 1.3, 1.3], gap="large")
    with choice:
        side = st.slider(say("swin_cost.class_side"), 1, LARGEST, 3, key="swin_cost.side")
        window = 1
        if side > 1:
            window = st.slider(say("swin_cost.class_window"), 1, side, 1, key=f"swin_cost.window.{side}")
    for column, size, key in ((everything, side, "all"), (windows, window, "windows")):
        meets = pairs_by_loops(side, side, size)
        with column:
            st.markdown(f"**{say(f'swin_cost.class_{key}', window=size, pairs=int(meets.sum()))}**")
            tiles(
                f"swin_cost.{key}", meets.astype(np.float32), quantity="attention", limits=(0.0, 1.0),
                axes=(say("swin_cost.query"), say("swin_cost.key")), width=250,
                scale_label=say("swin_cost.class_meets"),
            )  # fmt: skip
    with st.expander(say("swin_cost.class_code")):
        st.code(inspect.getsource(pairs_by_loops), language="python")

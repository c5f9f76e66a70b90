"""How a GPU kernel takes one row apart over threads, warps and blocks, and puts it together again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app import html, links, session, tokens
from vitviz.app.settings import Setting
from vitviz.app.topics.norm_lab.code import code_that_ran
from vitviz.app.topics.norm_lab.reduction_part import norm_reduction
from vitviz.app.words import say

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.analysis.norm_lab.reduction import Layout, Step, Totals
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

ROW = Setting("norm_lab.row", links.whole)
LANE = Setting("norm_lab.lanes", links.whole)
BLOCK = Setting("norm_lab.blocks", links.whole)
NUMBERS, LANES, BLOCKS = (16, 32), (4, 8), (1, 2)


def experiment(model: ModelEntry) -> None:
    """A row of this person's run, and how it is split over threads, warps and blocks."""
    with st.spinner(say("running")):
        trace = session.trace(model)
    _split(model, trace)


@st.fragment
def _split(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.norm_lab.reduction import THREADS, Layout, combine, read, reduce

    layout = Layout(*_choose())
    name = f"{trace.network.steps()[0][0]}.resid_pre"
    token = tokens.current(model)
    whole = trace[name].flatten(1, -2)[0, token].numpy()  # (D,)
    row = whole[: layout.numbers]
    steps = reduce(row, layout)
    norm_reduction(f"norm_lab.steps.{model.name}", row, steps, layout)
    sizes = {"count": len(row), "dim": len(whole), "threads": THREADS, "each": layout.each}
    st.caption(say("norm_lab.row", token=token, name=name, **sizes))
    st.markdown(say("norm_lab.reduction_try"))
    _results(row, steps, layout)
    code_that_ran(read, combine)


def _choose() -> tuple[int, int, int]:
    """Numbers, lanes of a warp, blocks."""
    one, two, three, _ = st.columns([1, 1, 1, 2])
    return (
        _choice(one, ROW, say("norm_lab.row_numbers"), NUMBERS, 32),
        _choice(two, LANE, say("norm_lab.lanes"), LANES, 4),
        _choice(three, BLOCK, say("norm_lab.blocks"), BLOCKS, 1),
    )


def _choice(
    place: DeltaGenerator, setting: Setting[int], text: str, choices: tuple[int, ...], default: int
) -> int:
    return setting.widget(
        lambda key: place.segmented_control(text, choices, key=key, required=True), choices, default
    )


def _results(row: NDArray[np.float32], steps: tuple[Step, ...], layout: Layout) -> None:
    """Sum, mean and variance by the tree and by one thread, and how far each is from float64."""
    from vitviz.analysis.norm_lab.reduction import compare

    found = compare(row, steps, layout)
    names = (say("norm_lab.tree"), say("norm_lab.serial"), "float64")
    rows = [_totals(name, way, found.exact) for name, way in zip(names, found, strict=True)]
    head = ["", say("norm_lab.depth")]
    for quantity in ("\u03a3x", "\u03bc", "\u03c3\u00b2 = M2/n"):
        head += [quantity, "|\u0394|"]
    st.html(html.table(rows, head, numbers=range(8)))
    st.caption(say("norm_lab.kernel"))


def _totals(name: str, found: Totals, exact: Totals) -> list[str]:
    row = [name, "" if found.depth is None else str(found.depth)]
    for value, true in zip(found[:3], exact[:3], strict=True):
        gap = "" if found is exact else f"{abs(value - true):.1e}"
        row += [f"{value:.8g}".replace("-", "\u2212"), gap.replace("-", "\u2212")]
    return row

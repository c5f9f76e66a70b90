"""Halide: what is computed stands once, in what order is chosen by buttons; the loops of each choice, and its speed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.compilers import CompilerError, installed
from vitviz.analysis.matmul.halide_schedules import SCHEDULES, algorithm, loop_nests
from vitviz.app import links
from vitviz.app.function_code import code_of
from vitviz.app.settings import Setting
from vitviz.app.topics.matmul.ladder_section import SIZES, Ladder, Later, ladder
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.matmul.ladder import Way

NAMES = tuple(SCHEDULES)
AFTER = dict(pairwise(reversed(NAMES)))  # each starts from the one before it
SIZE = Setting("matmul.halide.n", links.one_of(SIZES))
SCHEDULE = Setting("matmul.halide.schedule", links.one_of(NAMES))


def halide_product() -> Later | None:
    """The algorithm, the chosen schedule with its loop nest, what was measured; one line where there is no Halide."""
    st.header(say("matmul.halide.title"), anchor=False)
    st.markdown(say("matmul.halide.lead"))
    there = installed("halide")
    if not there:
        st.info(say("matmul.halide.missing"))
    _schedule(there)
    return ladder(Ladder("halide", _ways, AFTER), SIZE) if there else None


def _ways() -> Mapping[str, Way]:
    from vitviz.analysis.matmul.ladder import halide_ways

    return halide_ways()


@st.fragment
def _schedule(there: bool) -> None:
    name = SCHEDULE.widget(
        lambda key: st.segmented_control(
            say("matmul.halide.title"), NAMES, format_func=lambda each: say(f"matmul.halide.{each}"), key=key,
            required=True, label_visibility="collapsed",
        ),
        NAMES, NAMES[0],
    )  # fmt: skip
    st.markdown(f"**{say(f'matmul.halide.{name}')}**  \n{say(f'matmul.halide.why_{name}')}")
    left, right = st.columns([1.05, 1], gap="medium")
    with left:
        st.caption(say("matmul.halide.algorithm"))
        st.code(code_of(algorithm), language="python")
        st.caption(say("matmul.halide.schedule"))
        st.code(code_of(SCHEDULES[name]), language="python")
    if there:
        with right:
            _loop_nest(name)


def _loop_nest(name: str) -> None:
    st.caption(say("matmul.halide.loops"))
    try:
        with st.spinner(say("running")):
            nests = loop_nests()
    except CompilerError as error:
        st.warning(say("matmul.not_loaded", reason=str(error)))
        return
    st.code(nests[name], language=None)

"""From numpy to the library: loops compiled by numba, one idea added at a time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.compilers import installed
from vitviz.analysis.matmul.loops import RUNGS
from vitviz.app import links
from vitviz.app.function_code import code_of
from vitviz.app.settings import Setting
from vitviz.app.topics.matmul.ladder_section import SIZES, Ladder, Later, ladder
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.matmul.ladder import Way

NAMES = tuple(RUNGS)
AFTER = {name: rung.after for name, rung in RUNGS.items()}
SIZE = Setting("matmul.loops.n", links.one_of(SIZES))
RUNG = Setting("matmul.loops.rung", links.one_of(NAMES))


def compiled_loops() -> Later | None:
    """What was measured, and the code and the idea of the rung that is chosen; one line where there is no numba."""
    st.header(say("matmul.loops.title"), anchor=False)
    st.markdown(say("matmul.loops.lead"))
    later = None
    if installed("numba"):
        later = ladder(Ladder("loops", _ways, AFTER), SIZE)
    else:
        st.info(say("matmul.loops.missing"))
    _rung()
    return later


def _ways() -> Mapping[str, Way]:
    from vitviz.analysis.matmul.ladder import loop_ways

    return loop_ways()


@st.fragment
def _rung() -> None:
    name = RUNG.widget(
        lambda key: st.segmented_control(
            say("matmul.loops.title"), NAMES, format_func=lambda each: say(f"matmul.loops.{each}"), key=key,
            required=True, label_visibility="collapsed",
        ),
        NAMES, NAMES[0],
    )  # fmt: skip
    text, code = st.columns([1, 1.6], gap="medium")
    why = say(f"matmul.loops.why_{name}", cores=os.cpu_count() or 1)
    text.markdown(f"**{say(f'matmul.loops.{name}')}**  \n{why}")
    code.code(code_of(RUNGS[name].loops), language="python")

"""Global against windowed attention on this machine: a race in a thread of its own, watched and stoppable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import background, people
from vitviz.app.kept import turns
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.cost import Curve, race_lines
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.swin_cost.attention_timing import Race, Skipped
    from vitviz.tracing.swin_blocks import SwinBlockTrace

KEY = "swin_cost.race"
LOOK_AGAIN = 0.4  # seconds between two looks at a race that runs


def race(model: str, blocks: list[SwinBlockTrace]) -> None:
    """The section: what is measured, the button, and what was measured so far."""
    st.header(say("swin_cost.race_title"), anchor=False)
    running = _running()
    # A fragment that looks again by itself has to be made as one: start and end of a race run the page once.
    st.fragment(_watch, run_every=LOOK_AGAIN if running else None)(model, blocks, running)


def _running() -> bool:
    kept = st.session_state.get(KEY)
    return kept is not None and not kept[1].finished


def _watch(model: str, blocks: list[SwinBlockTrace], was_running: bool) -> None:
    stage = st.segmented_control(
        say("swin_cost.stage"), range(len(blocks)), default=0, required=True, key=f"{KEY}.stage",
        format_func=lambda at: say("swin_cost.stage_number", number=at), label_visibility="collapsed",
        disabled=was_running,
    )  # fmt: skip
    block = blocks[stage or 0]
    _about(block)
    key, kept = st.session_state.get(KEY, (None, None))
    if was_running and kept is not None:
        _progress(kept)
        if kept.finished:
            st.rerun()
    elif st.button(say("swin_cost.race_start"), key=f"{KEY}.start"):
        _start((model, block.stage), block)
        st.rerun()
    if kept is not None and key == (model, block.stage):
        _results(kept)


def _about(block: SwinBlockTrace) -> None:
    import torch

    from vitviz.analysis.swin_cost.attention_timing import FEWEST_RUNS, MOST_RUNS

    window, dim = block.grid.window, block["resid_pre"].shape[-1]
    st.markdown(
        say(
            "swin_cost.race_lead", number=block.stage, dim=dim, heads=block.num_heads,
            window=f"{window} x {window}", fewest=FEWEST_RUNS, most=MOST_RUNS, threads=torch.get_num_threads(),
        )
    )  # fmt: skip


def _start(key: tuple[str, int], block: SwinBlockTrace) -> None:
    from vitviz.analysis.swin_cost.attention_timing import Race

    _, before = st.session_state.get(KEY, (None, None))
    if before is not None:
        before.stop()
    person = people.here()
    begun = Race(block.module.attn, block.grid.window, partial(turns.take, "heavy", person.owner))
    person.ends(begun)
    st.session_state[KEY] = (key, begun)
    background.begin(begun.run, begun.stop)


def _progress(running: Race) -> None:
    text = say("swin_cost.race_progress", done=running.done, points=running.points)
    st.progress(running.done / running.points, text)
    st.button(say("swin_cost.race_stop"), key=f"{KEY}.stop", on_click=running.stop)


def _results(done: Race) -> None:
    from vitviz.analysis.swin_cost.attention_cost import global_cost, window_cost
    from vitviz.analysis.swin_cost.attention_timing import GLOBAL, WINDOWED

    # A copy: the thread may add to the list while this is drawn.
    timings = list(done.timings)
    curves = [
        Curve(
            say(f"swin_cost.race_{kind}"),
            [timing.side for timing in timings if timing.kind == kind],
            [timing.milliseconds for timing in timings if timing.kind == kind],
        )
        for kind in (GLOBAL, WINDOWED)
    ]
    both = sorted(set(curves[0].sides) & set(curves[1].sides))
    if not both:
        return
    figure = race_lines.describe(
        curves,
        x_title=say("swin_cost.side"),
        y_title=say("swin_cost.race_axis"),
        label=say("swin_cost.race_title"),
    )
    chart(f"{KEY}.chart", figure)
    side = both[-1]
    slow, fast = (curve.costs[list(curve.sides).index(side)] for curve in curves)
    formula = global_cost(side, side, done.dim).total / window_cost(side, side, done.dim, done.window).total
    st.markdown(
        say(
            "swin_cost.race_result", side=side, slow=short(slow), fast=short(fast),
            times=f"{slow / fast:.1f}", formula=f"{formula:.1f}",
        )
    )  # fmt: skip
    if done.finished and done.stopped.is_set():
        st.caption(say("swin_cost.race_stopped", done=done.done, points=done.points))
    if done.skipped:
        st.caption("  \n".join(_left_out(one) for one in list(done.skipped)))


def _left_out(one: Skipped) -> str:
    kind = say(f"swin_cost.race_{one.kind}")
    return say("swin_cost.race_skipped", kind=kind, side=one.side, seconds=f"{one.foreseen / 1000:.1f}")

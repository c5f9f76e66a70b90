"""The speed of every way to multiply, measured on this machine as it is shown; it can be stopped at any moment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html
from vitviz.app.progress import ShortRuns
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.cost import speed_lines

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.analysis.matmul.timing import Speed

KEPT = "matmul.speeds"
# What the ways have in common is what runs the innermost loop: Python, single numpy calls, one C loop, the library.
FAMILIES = (
    ("ijk", "ikj"),
    ("dots", "rows", "blocked"),
    ("compiled", "threads"),
    ("blas_one", "blas_all"),
)


def measured() -> None:
    """Start, stop, the chart and the table of speeds. To be called last: any other choice ends the measurement.

    It is no fragment. Streamlit interrupts a run only for a run of the whole script, and stop has to interrupt.
    """
    st.header(say("matmul.measured"), anchor=False)
    start, stop, bar = st.columns([1.3, 0.8, 3.2], vertical_alignment="center")
    running = start.button(say("matmul.start"), key="matmul.start", width="stretch")
    stop.button(say("matmul.stop"), disabled=not running, key="matmul.stop", width="stretch")
    left, right = st.columns([1.08, 1], gap="medium")
    place, figures = left.empty(), right.empty()
    notes = st.empty()
    if running:
        _measure(bar.empty(), place, figures)
    speeds: list[Speed] = st.session_state.get(KEPT, [])
    if speeds:
        _show(speeds, place, figures)
        notes.caption(say("matmul.honest"))
    else:
        notes.caption(say("matmul.not_yet", cores=os.cpu_count() or 1))


def _measure(bar: DeltaGenerator, place: DeltaGenerator, figures: DeltaGenerator) -> None:
    from vitviz.analysis.matmul.timing import measure

    speeds: list[Speed] = []
    st.session_state[KEPT] = speeds
    runs = ShortRuns(bar)
    for progress in measure(runs.gate):
        speed = progress.speed
        if speeds and speeds[-1].size != speed.size:
            _show(speeds, place, figures)
        speeds.append(speed)
        runs.at(progress.done, say("matmul.now", name=say(f"matmul.name_{speed.name}"), size=speed.size))
    st.rerun()  # so that stop is no longer offered


def _show(speeds: list[Speed], place: DeltaGenerator, figures: DeltaGenerator) -> None:
    from vitviz.analysis.matmul.timing import by_name, common_size, peak, summarise

    top = peak(speeds)
    lines = {
        say(f"matmul.short_{name}"): [(speed.size, speed.gflops) for speed in own]
        for name, own in by_name(speeds).items()
    }
    families = {
        say(f"matmul.short_{name}"): number for number, names in enumerate(FAMILIES) for name in names
    }
    figure = speed_lines.describe(
        lines,
        families,
        top,
        x_title=say("matmul.size_axis"),
        peak_name=say("matmul.peak"),
        label=say("matmul.measured"),
    )
    with place.container():
        # Called again and again in one run, and within one run no key may come twice.
        chart(f"matmul.speeds.{len(speeds)}", figure)
    rows = [
        (
            say(f"matmul.short_{line.name}"),
            "" if line.at_common is None else _speed(line.at_common),
            f"{_speed(line.best)} ({line.best_size})",
            "" if line.share is None else html.percent(line.share),
            _error(line.error),
        )
        for line in summarise(speeds)
    ]
    heads = ("GFLOP/s", f"n = {common_size(speeds)}", say("matmul.best"), say("matmul.of_peak"), "|\u0394|")
    figures.html(html.table(rows, heads, numbers=range(5)))


def _speed(gflops: float) -> str:
    return f"{gflops:.3g}" if gflops < 100 else f"{gflops:.0f}"


def _error(value: float) -> str:
    return f"{value:.0e}".replace("-", "\u2212") if value else "0"

"""The speed of every way to multiply, measured while one looks on; it can be stopped at any moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, session
from vitviz.app.topics.matmul.speed_chart import speed_chart
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say

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
    """The section of the page, to be called last: whatever else is chosen meanwhile ends the measurement.

    It is no fragment. Streamlit interrupts a run only for a run of the whole script, and stop has to interrupt.
    """
    st.header(say("matmul.measured"), anchor=False)
    start, stop, bar = st.columns([1.3, 0.8, 3.2], vertical_alignment="center")
    running = start.button(say("matmul.start"), type="primary", key="matmul.start", width="stretch")
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
    now = (0.0, "")

    @contextmanager
    def gate() -> Iterator[None]:
        bar.progress(*now)  # Streamlit hears of a stop whenever something is shown: here between any two runs
        with session.gate():
            yield

    for progress in measure(gate):
        speed = progress.speed
        if speeds and speeds[-1].size != speed.size:
            _show(speeds, place, figures)
        speeds.append(speed)
        now = (progress.done, say("matmul.now", name=say(f"matmul.name_{speed.name}"), size=speed.size))
    st.rerun()  # so that stop is no longer offered


def _show(speeds: list[Speed], place: DeltaGenerator, figures: DeltaGenerator) -> None:
    from vitviz.analysis.matmul.timing import peak

    top = peak(speeds)
    by_name: dict[str, list[Speed]] = {}
    for speed in speeds:
        by_name.setdefault(speed.name, []).append(speed)
    lines = {
        say(f"matmul.short_{name}"): [(speed.size, speed.gflops) for speed in own]
        for name, own in by_name.items()
    }
    families = {
        say(f"matmul.short_{name}"): number for number, names in enumerate(FAMILIES) for name in names
    }
    axes = (say("matmul.size_axis"), "GFLOP/s")
    with place.container():
        # Called again and again in one run, and within one run no key may come twice.
        chart(
            f"matmul.speeds.{len(speeds)}",
            speed_chart(lines, families, top, axes, say("matmul.peak"), say("matmul.measured")),
        )
    common = max(set.intersection(*({speed.size for speed in own} for own in by_name.values())), default=0)
    rows = []
    for name, own in by_name.items():
        best = max(own, key=lambda speed: speed.gflops)
        here = next((speed for speed in own if speed.size == common), None)
        rows.append(
            (
                say(f"matmul.short_{name}"),
                _speed(here.gflops) if here else "",
                f"{_speed(best.gflops)} ({best.size})",
                _share(best.gflops / top) if top else "",
                _error(max(speed.error for speed in own)),
            )
        )
    heads = ("GFLOP/s", f"n = {common}", say("matmul.best"), say("matmul.of_peak"), "|\u0394|")
    figures.html(html.table(rows, heads, numbers=range(5)))


def _speed(gflops: float) -> str:
    return f"{gflops:.3g}" if gflops < 100 else f"{gflops:.0f}"


def _share(value: float) -> str:
    """Two digits in per cent, without a power of ten."""
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 9.95 else f"{percent:.2g} %"


def _error(value: float) -> str:
    return f"{value:.0e}".replace("-", "\u2212") if value else "0"

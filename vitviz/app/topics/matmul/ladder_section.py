"""Ways to multiply at one n, measured as they are shown: buttons, figure and table, which two sections share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.compilers import CompilerError
from vitviz.app import html
from vitviz.app.progress import ShortRuns
from vitviz.app.settings import Setting
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.numbers import short
from vitviz.plot.rows import Series, row_dots
from vitviz.plot.themes import INK

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.analysis.matmul.ladder import Timed, Way

Later = Callable[[], None]
DISTURBED = 1.25  # times as long as the shortest run took the middle one
SIZES = (256, 512, 1024)  # n, of which the middle one is measured at first


@dataclass(frozen=True)
class Ladder:
    """A section's ``key`` among the words and the widgets, what makes its ways, and which way each starts from."""

    key: str
    ways: Callable[[], Mapping[str, Way]]
    after: Mapping[str, str]

    def name(self, way: str) -> str:
        """A way as figure and table name it."""
        return say(f"matmul.{self.key}.{way}")

    @property
    def kept(self) -> str:
        """Where a person's session keeps what was measured."""
        return f"matmul.{self.key}.timed"

    @property
    def failed(self) -> str:
        """Where it keeps why a compiler did not load."""
        return f"matmul.{self.key}.failed"


def ladder(of: Ladder, size: Setting[int]) -> Later | None:
    """Buttons and what was measured last; where it is to be measured now, what does so when the page is complete."""
    key = f"matmul.{of.key}"
    start, stop, choice, bar = st.columns([1.3, 0.8, 1.6, 1.6], vertical_alignment="center")
    running = start.button(say("matmul.start"), key=f"{key}.start", width="stretch")
    stop.button(say("matmul.stop"), disabled=not running, key=f"{key}.stop", width="stretch")
    n = size.widget(
        lambda name: choice.segmented_control(
            say("matmul.size_axis"), SIZES, format_func=lambda each: f"n = {each}", key=name, required=True,
            label_visibility="collapsed",
        ),
        SIZES, SIZES[1],
    )  # fmt: skip
    left, right = st.columns([1, 1.6], gap="medium")
    figure, table = left.empty(), right.empty()
    if running:
        progress = bar.empty()
        return lambda: _measure(of, n, progress, table)
    timed: list[Timed] = st.session_state.get(of.kept, [])
    if timed:
        table.html(_table(of, timed))
        with figure.container():
            _figure(of, timed)
        st.caption(say("matmul.checked", n=timed[0].size))
        _warn_if_disturbed(timed)
    if reason := st.session_state.get(of.failed):
        st.warning(say("matmul.not_loaded", reason=reason))
    return None


def _measure(of: Ladder, n: int, bar: DeltaGenerator, table: DeltaGenerator) -> None:
    from vitviz.analysis.matmul.ladder import measure

    timed: list[Timed] = []
    st.session_state[of.kept], st.session_state[of.failed] = timed, None
    ways = of.ways()
    now = [of.name(way) for way in ways]
    runs = ShortRuns(bar)
    runs.at(0.0, now[0])
    try:
        for number, progress in enumerate(measure(ways, n, runs.gate), 1):
            timed.append(progress.timed)
            table.html(_table(of, timed))
            runs.at(progress.done, now[min(number, len(now) - 1)])
    except CompilerError as error:
        st.session_state[of.failed] = str(error)
    st.rerun()  # so that stop is no longer offered


def _figure(of: Ladder, timed: Sequence[Timed]) -> None:
    library, *ways = timed
    drawn = row_dots.describe(
        [of.name(one.name) for one in ways],
        [Series("GFLOP/s", [one.gflops for one in ways], INK)],
        unit="GFLOP/s",
        marked=library.gflops,
        marked_name=of.name(library.name),
        label=say("matmul.ladder_chart"),
    )
    chart(f"matmul.{of.key}.chart", drawn)


def _warn_if_disturbed(timed: Sequence[Timed]) -> None:
    from vitviz.analysis.matmul.ladder import disturbance

    times = disturbance(timed)
    if times > DISTURBED:
        st.caption(f":material/warning: {say('matmul.disturbed', times=f'{times:.1f}')}")


def _table(of: Ladder, timed: Sequence[Timed]) -> str:
    speeds = {one.name: one.gflops for one in timed}
    library = timed[0].gflops
    rows = []
    for one in timed:
        speed = say("matmul.wrong") if one.gflops is None else short(one.gflops)
        base = of.after.get(one.name, "")
        before = speeds.get(base)
        gain = f"{one.gflops / before:.2g} x {of.name(base)}" if one.gflops and before else ""
        share = html.percent(one.gflops / library) if one.gflops and library else ""
        run = "" if one.seconds is None else f"{short(1000 * one.seconds)} ({one.rows})"
        compiling = f"{one.compiling:.2f}" if one.compiling else ""
        rows.append((of.name(one.name), speed, gain, share, run, compiling, f"{one.error:.1e}"))
    heads = (say("matmul.gain"), say("matmul.of_library"), say("matmul.run"), say("matmul.compiling"))
    return html.table(rows, ("", "GFLOP/s", *heads, "max |\u0394|"), numbers=(1, 3, 4, 5, 6))

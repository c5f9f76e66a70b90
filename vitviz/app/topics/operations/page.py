"""What one operation costs: latency and throughput as they are measured, beside what is published, and the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.compilers import CompilerError, installed
from vitviz.analysis.operations import chains
from vitviz.analysis.operations.published import PROCESSORS, SOURCE
from vitviz.app import html, session, shell
from vitviz.app.function_code import code_of
from vitviz.app.progress import ShortRuns
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.numbers import short
from vitviz.plot.rows import Series, row_dots
from vitviz.plot.themes import ACCENT, INK

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.analysis.operations.bench import Cost

KEPT = "operations.costs"
FAILED = "operations.failed"


def show() -> None:
    """The measurement, what is published, and how it is measured; without numba one line says how to get it."""
    shell.head(say("operations.title"), say("operations.lead"), session.entry())
    place = st.container()
    _published()
    _code()
    with place:
        _measured()


def _measured() -> None:
    """Start, stop, figure and table. To be called last: any other choice ends the measurement."""
    if not installed("numba"):
        st.info(say("operations.missing"))
        return
    start, stop, bar = st.columns([1.3, 0.8, 3.2], vertical_alignment="center")
    running = start.button(say("operations.start"), key="operations.start", width="stretch")
    stop.button(say("operations.stop"), disabled=not running, key="operations.stop", width="stretch")
    left, right = st.columns([1, 1.35], gap="medium")
    figure, table = left.empty(), right.empty()
    if running:
        _measure(bar.empty(), table)
    costs: list[Cost] = st.session_state.get(KEPT, [])
    if costs:
        with figure.container():
            _figure(costs)
        table.html(_table(costs))
        compiling = sum(cost.compiling for cost in costs)
        clock = 1 / min(cost.cycle for cost in costs)
        st.caption(say("operations.clock", clock=f"{clock:.2f}", compiling=f"{compiling:.1f}"))
        _conclusions({cost.name: cost for cost in costs if cost.steady})
    else:
        st.caption(say("operations.not_yet"))
    if reason := st.session_state.get(FAILED):
        st.warning(say("operations.not_loaded", reason=reason))


def _measure(bar: DeltaGenerator, table: DeltaGenerator) -> None:
    from vitviz.analysis.operations.bench import measure

    costs: list[Cost] = []
    st.session_state[KEPT], st.session_state[FAILED] = costs, None
    names = [say(f"operations.{operation.name}") for operation in chains.OPERATIONS]
    runs = ShortRuns(bar)
    runs.at(0.0, names[0])
    try:
        for number, progress in enumerate(measure(runs.gate), 1):
            costs.append(progress.cost)
            table.html(_table(costs))
            runs.at(progress.done, names[min(number, len(names) - 1)])
    except CompilerError as error:
        st.session_state[FAILED] = str(error)
    st.rerun()  # so that stop is no longer offered


def _figure(costs: list[Cost]) -> None:
    drawn = row_dots.describe(
        [say(f"operations.{cost.name}") for cost in costs],
        [
            Series(
                say("operations.latency"), [cost.latency if cost.steady else None for cost in costs], ACCENT
            ),
            Series(
                say("operations.throughput"),
                [cost.throughput if cost.steady else None for cost in costs],
                INK,
                "square",
            ),
        ],
        unit="ns",
        label=say("operations.chart"),
    )
    chart("operations.chart", drawn)


def _table(costs: list[Cost]) -> str:
    heads = ("latency_ns", "latency_cycles", "throughput_ns", "throughput_cycles", "in_flight", "growth")
    rows = [(say(f"operations.{cost.name}"), *_figures(cost)) for cost in costs]
    return html.table(rows, ("", *(say(f"operations.head_{head}") for head in heads)), numbers=range(7))


def _figures(cost: Cost) -> tuple[str, ...]:
    growth = " ".join(f"{times:.2f}" for times in cost.growth)
    if not cost.steady:
        return ("\u2013",) * 5 + (growth,)
    return (
        short(cost.latency),
        f"{cost.latency / cost.cycle:.1f}",
        short(cost.throughput),
        f"{cost.throughput / cost.cycle:.1f}",
        f"{cost.latency / cost.throughput:.1f}",
        growth,
    )


def _conclusions(costs: dict[str, Cost]) -> None:
    """What the figures of this run say, in sentences with its numbers."""
    lines = []
    if "add" in costs:
        add = costs["add"]
        lines.append(say("operations.say_sums", sums=f"{add.latency / add.throughput:.1f}"))
    if {"multiply", "divide"} <= costs.keys():
        times = costs["divide"].throughput / costs["multiply"].throughput
        lines.append(say("operations.say_divide", times=f"{times:.0f}"))
    if "multiply_add" in costs:
        fused = costs["multiply_add"]
        most = 2 / fused.throughput  # multiplications and additions a nanosecond
        lines.append(say("operations.say_peak", gflops=f"{most:.0f}", eight=f"{8 * most:.0f}"))
    if {"exponential", "multiply_add"} <= costs.keys():
        times = costs["exponential"].throughput / costs["multiply_add"].throughput
        lines.append(say("operations.say_exponential", times=f"{times:.0f}"))
    st.markdown("\n".join(f"- {line}" for line in lines))


def _published() -> None:
    st.header(say("operations.published"), anchor=False)
    rows = []
    for operation in chains.OPERATIONS:
        cells = [processor.get(operation.name) for processor in PROCESSORS.values()]
        figures = ["\u2013" if cell is None else f"{cell.latency:g} / {cell.throughput:g}" for cell in cells]
        rows.append((say(f"operations.{operation.name}"), *figures))
    st.html(html.table(rows, ("", *PROCESSORS), numbers=range(1 + len(PROCESSORS))))
    st.markdown(say("operations.source", address=SOURCE))  # a link in a caption is too faint


def _code() -> None:
    st.header(say("operations.how"), anchor=False)
    text, code = st.columns([1, 1.6], gap="medium")
    steps = (*(operation.step for operation in chains.OPERATIONS), chains.two_cycles)
    with text:
        st.markdown(say("operations.how_text"))
        st.code("\n\n".join(map(code_of, steps)), language="python")
    with code:
        st.code("\n\n\n".join(map(code_of, (chains.dependent, chains.independent))), language="python")

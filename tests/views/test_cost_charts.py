"""The cost charts draw the numbers that they are given, every stage in its own panel on the same axes."""

from __future__ import annotations

from vitviz.analysis.attention_cost import global_cost, window_cost
from vitviz.views.cost_charts import Curve, Panel, cost_curves, race_chart


def panel(dim: int, side: int) -> Panel:
    sides = (7, 14, 28)
    return Panel(
        f"C {dim}",
        side,
        Curve("all", sides, [global_cost(s, s, dim).total for s in sides], global_cost(side, side, dim).total),
        Curve("win", sides, [window_cost(s, s, dim, 7).total for s in sides], window_cost(side, side, dim, 7).total),
    )  # fmt: skip


def test_curves_and_dots_are_the_formulas() -> None:
    figure = cost_curves([panel(48, 14), panel(96, 7)], "h", "cost")
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert len(lines) == len(dots) == 4
    assert list(lines[0].y) == [4 * s * s * 48**2 + 2 * s**4 * 48 for s in (7, 14, 28)]
    assert list(lines[3].y) == [4 * s * s * 96**2 + 2 * 49 * s * s * 96 for s in (7, 14, 28)]
    assert (dots[0].x[0], dots[0].y[0]) == (14, 4 * 196 * 48**2 + 2 * 196**2 * 48)
    assert dots[2].y[0] == dots[3].y[0], "where a window covers the map both cost the same"
    assert {trace.yaxis for trace in lines} == {"y", "y2"}
    assert figure.layout.yaxis2.matches == "y"
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_the_race_draws_what_was_measured_even_when_one_kind_has_nothing_yet() -> None:
    empty, measured = Curve("global", (), (), 0.0), Curve("windows", (7, 14), (0.1, 0.3), 0.0)
    figure = race_chart([empty, measured], "h", "ms")
    assert list(figure.data[0].y) == []
    assert list(figure.data[1].y) == [0.1, 0.3]

"""The cost charts draw the numbers that they are given, every stage in its own panel on the same axes."""

from __future__ import annotations

from vitviz.analysis.swin_cost.attention_cost import global_cost, window_cost
from vitviz.app.topics.swin_cost.charts import Curve, Stage, cost_curves, race_chart
from vitviz.web.chart.charts import Dots, Line, Note


def stage(dim: int, side: int) -> Stage:
    sides = (7, 14, 28)
    return Stage(
        f"C {dim}",
        side,
        Curve("all", sides, [global_cost(s, s, dim).total for s in sides], global_cost(side, side, dim).total),
        Curve("win", sides, [window_cost(s, s, dim, 7).total for s in sides], window_cost(side, side, dim, 7).total),
    )  # fmt: skip


def test_curves_and_dots_are_the_formulas() -> None:
    chart = cost_curves([stage(48, 14), stage(96, 7)], "h", "cost", "what it costs")
    first, second = ([mark for mark in panel.marks if isinstance(mark, Line)] for panel in chart.panels)
    assert len(first) == len(second) == 2
    assert list(first[0].y) == [4 * s * s * 48**2 + 2 * s**4 * 48 for s in (7, 14, 28)]
    assert list(second[1].y) == [4 * s * s * 96**2 + 2 * 49 * s * s * 96 for s in (7, 14, 28)]
    assert [list(line.x) for line in (*first, *second)] == [[7, 14, 28]] * 4
    dots = [mark for panel in chart.panels for mark in panel.marks if isinstance(mark, Dots)]
    assert len(dots) == 4
    assert (dots[0].x[0], dots[0].y[0]) == (14, 4 * 196 * 48**2 + 2 * 196**2 * 48)
    assert dots[2].y[0] == dots[3].y[0], "where a window covers the map both cost the same"
    assert chart.beside, "one scale for the costs of all stages"
    assert all(panel.y.log and panel.x is not None and panel.x.log for panel in chart.panels)
    assert [panel.heading for panel in chart.panels] == ["C 48", "C 96"]


def test_both_curves_have_their_names_in_the_first_panel_only() -> None:
    chart = cost_curves([stage(48, 14), stage(96, 7)], "h", "cost", "what it costs")
    first, second = ([mark for mark in panel.marks if isinstance(mark, Note)] for panel in chart.panels)
    marks = {mark.colour: mark for mark in chart.panels[0].marks if isinstance(mark, Line)}
    assert [note.text for note in first] == ["all", "win"]
    for note in first:
        line = marks[note.colour]
        assert (note.x, note.y) in zip(line.x, line.y, strict=True)
    assert not second


def test_the_race_draws_what_was_measured_even_when_one_kind_has_nothing_yet() -> None:
    empty, measured = Curve("global", (), (), 0.0), Curve("windows", (7, 14), (0.1, 0.3), 0.0)
    (panel,) = race_chart([empty, measured], "h", "ms", "a race").panels
    nothing, line = (mark for mark in panel.marks if isinstance(mark, Line))
    assert list(nothing.y) == []
    assert (list(line.x), list(line.y)) == ([7, 14], [0.1, 0.3])
    assert [mark.text for mark in panel.marks if isinstance(mark, Note)] == ["windows"]

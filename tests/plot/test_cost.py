"""The cost figures draw the numbers that they are given, every stage in its own panel on the same axes."""

from __future__ import annotations

import math

import pytest

from tests.plot.parts import Part, check, shapes, traces, words
from vitviz.analysis.swin_cost.attention_cost import global_cost, window_cost
from vitviz.plot.cost import (
    LETTERS,
    SPEED_DRAWN,
    Curve,
    StageCost,
    cost_curves,
    race_lines,
    speed_lines,
)


def stage(dim: int, side: int) -> StageCost:
    sides = (7, 14, 28)
    return StageCost(
        f"C {dim}",
        side,
        Curve("all", sides, [global_cost(s, s, dim).total for s in sides], global_cost(side, side, dim).total),
        Curve("win", sides, [window_cost(s, s, dim, 7).total for s in sides], window_cost(side, side, dim, 7).total),
    )  # fmt: skip


def test_curves_and_dots_are_the_formulas() -> None:
    drawn = cost_curves.describe([stage(48, 14), stage(96, 7)])
    check(drawn)
    first, second = (traces(drawn, x, mode="lines") for x in ("x", "x2"))
    assert len(first) == len(second) == 2
    assert list(first[0]["y"]) == [4 * s * s * 48**2 + 2 * s**4 * 48 for s in (7, 14, 28)]
    assert list(second[1]["y"]) == [4 * s * s * 96**2 + 2 * 49 * s * s * 96 for s in (7, 14, 28)]
    assert [list(line["x"]) for line in (*first, *second)] == [[7, 14, 28]] * 4
    dots = [dot for x in ("x", "x2") for dot in traces(drawn, x, mode="markers")]
    assert len(dots) == 4
    assert (dots[0]["x"][0], dots[0]["y"][0]) == (14, 4 * 196 * 48**2 + 2 * 196**2 * 48)
    assert dots[2]["y"][0] == dots[3]["y"][0], "where a window covers the map both cost the same"
    layout = drawn["layout"]
    assert layout["meta"]["panels"] == "beside", "one scale for the costs of all stages"
    assert {layout[axis]["type"] for axis in ("yaxis", "xaxis", "xaxis2")} == {"log"}


def test_both_curves_have_their_names_in_the_first_panel_only() -> None:
    drawn = cost_curves.describe([stage(48, 14), stage(96, 7)])
    assert words(drawn) == ["all", "win", "C 48", "C 96"]
    lines = {line["line"]["color"]: line for line in traces(drawn, mode="lines")}
    for note in drawn["layout"]["annotations"][:2]:
        line = lines[note["font"]["color"]]
        places = [(math.log10(x), math.log10(y)) for x, y in zip(line["x"], line["y"], strict=True)]
        assert (note["x"], note["y"]) in places
        assert note["xref"] == "x"


def test_the_race_draws_what_was_measured_even_when_one_kind_has_nothing_yet() -> None:
    empty, measured = Curve("global", (), ()), Curve("windows", (7, 14), (0.1, 0.3))
    drawn = race_lines.describe([empty, measured])
    check(drawn)
    nothing, line = traces(drawn)
    assert list(nothing["y"]) == []
    assert (list(line["x"]), list(line["y"])) == ([7, 14], [0.1, 0.3])
    assert words(drawn) == ["windows"]


def test_names_of_lines_do_not_cover_one_another_and_stand_right_of_all_lines() -> None:
    lines = {
        "a": [(16, 1.0), (32, 100.0)],
        "b": [(16, 1.0), (32, 101.0)],
        "c": [(16, 0.1), (32, 1.0)],
        "d": [(16, 0.99)],
    }
    drawn = speed_lines.describe(lines, {"a": 0, "b": 0, "c": 1, "d": 2}, 120.0)
    check(drawn)
    notes: dict[str, Part] = {note["text"]: note for note in drawn["layout"]["annotations"]}
    places = {name: 10 ** notes[name]["y"] for name in lines}
    assert all(notes[name]["x"] == math.log10(32 * 1.12) for name in lines)
    assert places["c"] == pytest.approx(1.0)
    pixels = SPEED_DRAWN / (1.1 * math.log10(101.0 / 0.1))
    for upper, lower in (("b", "a"), ("c", "d")):
        assert math.log10(places[upper] / places[lower]) * pixels == pytest.approx(LETTERS)
    assert math.log10(120.0 / places["b"]) * pixels >= 0.79 * LETTERS
    assert (notes["peak 120"]["xref"], notes["peak 120"]["y"]) == ("x domain", math.log10(120.0))
    named = traces(drawn, mode="lines+markers")
    assert [list(line["y"]) for line in named] == [[1.0, 100.0], [1.0, 101.0], [0.1, 1.0], [0.99]]
    colours = [line["line"]["color"] for line in named]
    assert [colour == colours[0] for colour in colours] == [True, True, False, False]
    assert len({(line["line"]["color"], line["line"]["dash"]) for line in named}) == 4
    leaders = [(list(line["x"]), list(line["y"])) for line in traces(drawn, mode="lines")]
    assert ([16, 32 * 1.12], [0.99, pytest.approx(places["d"])]) in leaders
    assert [line["y0"] for line in shapes(drawn, "line", "x")] == [120.0]
    assert drawn["layout"]["xaxis"]["tickvals"] == [16, 32]

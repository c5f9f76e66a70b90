"""Rows of dots stand where their values are, in the order of their names."""

from __future__ import annotations

import pytest

from tests.plot.parts import check, shapes, traces, words
from vitviz.plot.rows import Series, row_dots


def test_one_kind_of_value_beside_a_mark() -> None:
    drawn = row_dots.describe(
        ["a", "b", "c"], [Series("speed", [1.0, None, 40.0], "#111111")], unit="GFLOP/s", marked=70.0,
        marked_name="library", label="speeds",
    )  # fmt: skip
    check(drawn)
    [dots] = traces(drawn)
    assert (list(dots["x"]), list(dots["y"]), dots["text"]) == ([1.0, 40.0], [2, 0], ["a", "c"])
    assert not drawn["layout"]["showlegend"]
    assert [line["x0"] for line in shapes(drawn, "line")] == [70.0]
    assert words(drawn) == ["library"]
    y, x = drawn["layout"]["yaxis"], drawn["layout"]["xaxis"]
    assert dict(zip(y["tickvals"], y["ticktext"], strict=True)) == {2: "a", 1: "b", 0: "c"}
    assert 10 ** x["range"][0] < 1.0 < 70.0 < 10 ** x["range"][1]
    assert x["tickvals"] == [1, 2, 5, 10, 20, 50]


def test_two_kinds_are_joined_where_both_are_there() -> None:
    drawn = row_dots.describe(
        ["a", "b"],
        [Series("late", [3.0, 0.02], "#111111"), Series("often", [0.5, None], "#222222", "square")],
        unit="ns",
        label="costs",
    )
    check(drawn)
    assert [list(line["x"]) for line in traces(drawn, mode="lines")] == [[0.5, 3.0]]
    assert [dots["name"] for dots in traces(drawn, mode="markers")] == ["late", "often"]
    assert drawn["layout"]["showlegend"]
    assert drawn["layout"]["xaxis"]["tickvals"] == pytest.approx([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])


def test_nothing_yet_is_an_empty_figure() -> None:
    check(row_dots.describe(["a"], [Series("speed", [None], "#111111")], unit="ns", label="empty"))

"""The figures over depth draw what they were given."""

import numpy as np
import pytest

from tests.plot.parts import check, shapes, traces, words
from vitviz.plot.depth import gradient_lines, length_lines, share_lines


def test_lines_stop_where_a_stage_ends_and_panels_share_their_axis() -> None:
    series = {"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [5.0, 4.0, 3.0, 2.0, 1.0]}
    other = {"a": [10.0, 0.0, 0.0, 0.0, 0.0]}
    drawn = length_lines.describe({"one": series, "two": other}, list("vwxyz"), 1, {2: "stage 2"})
    check(drawn)
    lines, (second, *_) = traces(drawn), traces(drawn, "x2")
    assert [list(line["y"]) for line in lines] == [[1, 2], [3, 4, 5], [5, 4], [3, 2, 1]]
    assert [list(line["x"]) for line in lines] == [[0, 1], [2, 3, 4]] * 2
    assert ["".join(line["text"]) for line in lines] == ["vw", "xyz"] * 2
    assert list(second["y"]) == [10, 0]
    layout = drawn["layout"]
    assert layout["yaxis"]["range"] == [0, 10.5]
    assert layout["xaxis2"]["matches"] == "x"
    assert layout["meta"]["panels"] == "beside"
    assert words(drawn).count("stage 2") == 2
    assert {"one", "two"} < set(words(drawn))
    assert len({line["marker"]["symbol"] for line in lines}) == 2
    assert [line["x0"] for line in shapes(drawn, "line")] == [1, 1.5]


def test_shares_run_from_nothing_to_all() -> None:
    panels = {"first": ([0.1, 0.9], [0.4, 0.5]), "second": ([0.2, 0.3], [0.6, 0.7])}
    drawn = share_lines.describe(panels, ["a", "b"], 1)
    check(drawn)
    assert words(drawn) == ["first", "second"]
    assert drawn["layout"]["yaxis"]["range"] == [0, 1]
    for x, (token, every) in zip(("x", "x2"), panels.values(), strict=True):
        mean, chosen = traces(drawn, x)
        assert (list(chosen["y"]), list(mean["y"])) == (token, every)
        assert chosen["line"]["dash"] != mean["line"]["dash"]
        (ring,) = shapes(drawn, "circle", x)
        assert (ring["xanchor"], ring["yanchor"]) == (1, token[1])


def test_what_is_exactly_zero_has_no_place_on_a_logarithmic_axis() -> None:
    drawn = gradient_lines.describe({"chosen": [1e-3, 0.0]}, ["a", "b"])
    check(drawn)
    (line,) = traces(drawn)
    assert drawn["layout"]["yaxis"]["type"] == "log"
    assert line["y"][0] == 1e-3
    assert np.isnan(line["y"][1])


def test_without_a_place_nothing_is_marked() -> None:
    assert length_lines.describe({"one": {"a": [1.0]}}, ["v"])["layout"]["shapes"] == []


def test_gradients_of_nearly_one_size_have_ticks_between_the_powers_of_ten() -> None:
    near = gradient_lines.describe({"chosen": [8e-4, 0.0, 3e-3]}, ["a", "b", "c"])
    assert near["layout"]["yaxis"]["tickvals"] == pytest.approx([5e-4, 1e-3, 2e-3, 5e-3])
    assert near["layout"]["yaxis"]["ticktext"] == ["5e\u22124", "1e\u22123", "2e\u22123", "5e\u22123"]
    far = gradient_lines.describe({"chosen": [1e-5, 3e-3]}, ["a", "b"])
    assert "tickvals" not in far["layout"]["yaxis"]
    assert far["layout"]["yaxis"]["dtick"] == 1

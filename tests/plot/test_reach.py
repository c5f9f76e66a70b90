"""The growing receptive field draws the sizes that it was given."""

import numpy as np

from tests.plot.parts import check, shapes, traces
from vitviz.analysis.matmul.cache_lines import steps
from vitviz.plot.accesses import access_dots
from vitviz.plot.lens import class_lines
from vitviz.plot.reach import growth_lines


def test_sizes_of_both_ways_and_the_marked_step() -> None:
    sizes = {"with": [49, 100, 400, 784], "without": [49, 49, 196, 196]}
    drawn = growth_lines.describe(sizes, ["0.0", "0.1", "", "1.0"], 784, 1)
    check(drawn)
    first, second = traces(drawn)
    assert (list(first["y"]), list(second["y"])) == (sizes["with"], sizes["without"])
    assert first["line"]["dash"] != second["line"]["dash"]
    assert [line["x0"] for line in shapes(drawn, "line")] == [2, 1]
    assert drawn["layout"]["showlegend"]
    assert not growth_lines.describe(sizes, ["a", "b", "", "c"], 784, legend=False)["layout"]["showlegend"]


def test_every_access_is_one_mark_at_its_address() -> None:
    every = steps("ijk", 4, 4, 4)
    drawn = access_dots.describe(every, 4)
    check(drawn)
    hits, misses = drawn["data"]
    assert len(hits["x"]) + len(misses["x"]) == 3 * 64
    assert len(misses["x"]) == sum(sum(step.missed) for step in every)
    assert hits["marker"]["symbol"] != misses["marker"]["symbol"]
    place = list(zip(misses["x"], misses["y"], misses["text"], strict=True))
    assert (1, 0, "A[0,0]") in place
    assert (1, 16 + 1.7, "B[0,0]") in place


def test_classes_through_depth_are_told_apart_by_dashes_and_numbers() -> None:
    values = np.random.default_rng(2).random((5, 3))
    drawn = class_lines.describe(values, ["a", "b", "c"], 1, 2)
    check(drawn)
    lines = traces(drawn)
    np.testing.assert_array_equal(np.stack([line["y"] for line in lines], axis=1), values)
    assert len({line["line"]["dash"] for line in lines}) == 3
    assert [note["text"] for note in drawn["layout"]["annotations"]] == ["1", "2", "3"]
    assert [dot["yanchor"] for dot in shapes(drawn, "circle")] == values[2].tolist()

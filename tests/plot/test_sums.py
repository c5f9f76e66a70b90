"""The running sum ends at the value."""

import numpy as np

from tests.plot.parts import check, shapes, traces, words
from vitviz.plot.sums import running_sum


def test_the_running_sum_ends_at_the_value() -> None:
    running = np.random.default_rng(1).standard_normal(48).cumsum()
    drawn = running_sum.describe(running, running[-1] + 0.5)
    check(drawn)
    line, end = traces(drawn)
    np.testing.assert_array_equal(line["y"], running)
    assert (list(end["x"]), list(end["y"])) == ([47, 47], [running[-1], running[-1] + 0.5])
    (dot,) = shapes(drawn, "circle")
    assert (dot["xanchor"], dot["yanchor"]) == (47, running[-1] + 0.5)
    assert [one["x0"] for one in shapes(drawn, "line") if one["yref"] == "paper"] == [0, 16, 32]
    assert words(drawn) == ["R", "G", "B"]
    assert drawn["layout"]["xaxis"]["tickvals"] == [0, 16, 32, 47]

"""The figure holds the errors that it was given; what is no variance has a cross and lies on the rim."""

import numpy as np

from tests.plot.parts import check, shapes, traces
from vitviz.plot.variance import HIGHEST, LOWEST, variance_errors

MEANS = np.array([1.0, 10.0, 100.0, 1000.0])


def test_errors_and_crosses() -> None:
    error = np.array([1e-3, 0.0, 50.0, np.nan])
    gone = np.array([False, False, True, True])
    curves = {name: {"one_pass": error, "welford": error / 2} for name in ("float16", "float32")}
    broken = {name: {"one_pass": gone, "welford": ~gone & False} for name in curves}
    drawn = variance_errors.describe(MEANS, curves, broken, 10.0, {"one_pass": "one", "welford": "W"})
    check(drawn)
    layout = drawn["layout"]
    for y, key, precision in (("y", "yaxis", "float16"), ("y2", "yaxis2", "float32")):
        line, crosses, other, none = traces(drawn, y=y)
        np.testing.assert_array_equal(line["y"], [1e-3, LOWEST, 50.0, HIGHEST])
        np.testing.assert_array_equal(line["customdata"], error)
        np.testing.assert_array_equal(crosses["x"], [100.0, 1000.0])
        np.testing.assert_array_equal(crosses["y"], [50.0, HIGHEST])
        np.testing.assert_array_equal(crosses["customdata"], [50.0, np.nan])
        assert crosses["marker"]["symbol"].startswith("x")
        np.testing.assert_array_equal(other["y"][:3], [5e-4, LOWEST, 25.0])
        assert len(none["x"]) == len(none["y"]) == 0
        assert line["line"]["dash"] != other["line"]["dash"]
        axis = layout[key]
        assert axis["title"]["text"] == precision
        assert axis["type"] == layout["xaxis"]["type"] == "log"
        assert 10 ** axis["range"][0] < LOWEST < HIGHEST < 10 ** axis["range"][1]
    assert [trace["name"] for trace in drawn["data"] if trace["showlegend"]] == ["one", "W"]
    assert layout["showlegend"]
    assert [line["x0"] for line in shapes(drawn, "line")] == [10.0]

"""The chart holds the errors that it was given; what is no variance has a cross and lies on the rim."""

import numpy as np

from vitviz.views.variance_chart import HIGHEST, LOWEST, errors

MEANS = np.array([1.0, 10.0, 100.0, 1000.0])


def test_errors_and_crosses() -> None:
    error = np.array([1e-3, 0.0, 50.0, np.nan])
    gone = np.array([False, False, True, True])
    curves = {name: {"one_pass": error, "welford": error / 2} for name in ("float16", "float32")}
    broken = {name: {"one_pass": gone, "welford": ~gone & False} for name in curves}
    figure = errors(MEANS, curves, broken, 10.0, {"one_pass": "one", "welford": "W"}, "mean")
    line, crosses, other, none = figure.data[:4]
    np.testing.assert_array_equal(line.y, [1e-3, LOWEST, 50.0, HIGHEST])
    np.testing.assert_array_equal(line.customdata, error)
    np.testing.assert_array_equal(crosses.y, [np.nan, np.nan, 50.0, HIGHEST])
    np.testing.assert_array_equal(other.y[:3], [5e-4, LOWEST, 25.0])
    assert np.isnan(none.y).all()
    assert [trace.yaxis for trace in figure.data] == ["y"] * 4 + ["y2"] * 4
    assert figure.layout.shapes[0].x0 == 10.0
    assert figure.layout.xaxis.type == figure.layout.yaxis2.type == "log"

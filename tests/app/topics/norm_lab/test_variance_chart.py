"""The chart holds the errors that it was given; what is no variance has a cross and lies on the rim."""

import numpy as np

from vitviz.app.topics.norm_lab.variance_chart import HIGHEST, LOWEST, errors
from vitviz.web.chart.charts import Dots, Line

MEANS = np.array([1.0, 10.0, 100.0, 1000.0])


def test_errors_and_crosses() -> None:
    error = np.array([1e-3, 0.0, 50.0, np.nan])
    gone = np.array([False, False, True, True])
    curves = {name: {"one_pass": error, "welford": error / 2} for name in ("float16", "float32")}
    broken = {name: {"one_pass": gone, "welford": ~gone & False} for name in curves}
    chart = errors(MEANS, curves, broken, 10.0, {"one_pass": "one", "welford": "W"}, "mean", "says")
    assert [panel.y.title for panel in chart.panels] == ["float16", "float32"]
    for panel in chart.panels:
        line, crosses, other, none = panel.marks
        assert isinstance(line, Line)
        np.testing.assert_array_equal(line.y, [1e-3, LOWEST, 50.0, HIGHEST])
        np.testing.assert_array_equal(line.fields["error"], error)
        assert isinstance(crosses, Dots)
        np.testing.assert_array_equal(crosses.x, [100.0, 1000.0])
        np.testing.assert_array_equal(crosses.y, [50.0, HIGHEST])
        np.testing.assert_array_equal(crosses.fields["error"], [50.0, np.nan])
        assert isinstance(other, Line)
        np.testing.assert_array_equal(other.y[:3], [5e-4, LOWEST, 25.0])
        assert isinstance(none, Dots)
        assert len(none.x) == len(none.y) == 0
        assert (line.name, other.name) == ("one", "W")
        assert panel.y.log
        assert panel.y.span is not None
        assert panel.y.span[0] < LOWEST < HIGHEST < panel.y.span[1]
    assert chart.key
    assert chart.x.log
    assert [upright.x for upright in chart.uprights] == [10.0]

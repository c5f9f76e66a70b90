"""The charts hold the very numbers that they were given."""

import numpy as np

from vitviz.app.topics.layer_norm.charts import three_histograms
from vitviz.app.topics.patches.running_sum import running_sum
from vitviz.web.chart.charts import Bars, Dots, Line, Upright

RANDOM = np.random.default_rng(1)


def test_histograms_count_every_value_on_one_axis() -> None:
    panels = {
        "x": RANDOM.standard_normal(192) / 9,
        "n": RANDOM.standard_normal(192),
        "y": RANDOM.random(192) * 7,
    }
    chart = three_histograms(panels, "says")
    bars = [mark for panel in chart.panels for mark in panel.marks if isinstance(mark, Bars)]
    for drawn, panel, values in zip(bars, chart.panels, panels.values(), strict=True):
        assert sum(drawn.counts) == values.size
        np.testing.assert_array_equal(drawn.edges, bars[0].edges)
        band, mean = (mark for mark in panel.marks if isinstance(mark, Upright))
        assert (mean.x, mean.to) == (values.mean(), None)
        assert (band.x, band.to) == (values.mean() - values.std(), values.mean() + values.std())


def test_the_running_sum_ends_at_the_value() -> None:
    running = RANDOM.standard_normal(48).cumsum()
    chart = running_sum(running, running[-1] + 0.5, ("R", "G", "B"), ("index", "sum"), "says")
    (panel,) = chart.panels
    line, end = (mark for mark in panel.marks if isinstance(mark, Line))
    np.testing.assert_array_equal(line.y, running)
    assert (list(end.x), list(end.y)) == ([47, 47], [running[-1], running[-1] + 0.5])
    (dot,) = (mark for mark in panel.marks if isinstance(mark, Dots))
    assert (dot.x[0], dot.y[0]) == (47, running[-1] + 0.5)
    assert [upright.x for upright in chart.uprights] == [0, 16, 32]
    assert chart.headings == [(0, "R"), (16, "G"), (32, "B")]
    assert chart.x.ticks == [(0, "0"), (16, "16"), (32, "32"), (47, "47")]

"""The charts hold the very numbers that they were given."""

import numpy as np

from vitviz.analysis.spread import spread
from vitviz.views.charts import Area, Bars, Dots, Level, Line, Upright
from vitviz.views.norm_charts import over_tokens, three_histograms, through_depth
from vitviz.views.running_sum import running_sum

RANDOM = np.random.default_rng(1)


def test_over_tokens_marks_the_chosen_the_prefix_and_the_large_ones() -> None:
    values = {"mean": RANDOM.standard_normal(10), "norm": RANDOM.random(10) + 1}
    chart = over_tokens(values, 4, ("cls",), (7, 2), 3.0, "token", "says")
    for panel, (name, numbers) in zip(chart.panels, values.items(), strict=True):
        patches, prefix, large, chosen = (mark for mark in panel.marks if isinstance(mark, Line | Dots))
        np.testing.assert_array_equal(patches.y, numbers[1:])
        np.testing.assert_array_equal(patches.x, np.arange(1, 10))
        assert (list(prefix.x), list(large.x), list(chosen.x)) == ([0], [7, 2], [4])
        for dots in (prefix, large, chosen):
            np.testing.assert_array_equal(dots.y, numbers[list(dots.x)])
        assert name == panel.y.title
        assert name in chosen.hover
    levels = [[mark.y for mark in panel.marks if isinstance(mark, Level)] for panel in chart.panels]
    assert levels == [[], [3.0]]
    span = chart.panels[1].y.span
    assert span is not None
    assert span[0] == 0
    assert span[1] >= 3.0, "the threshold is in sight"


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


def test_through_depth_has_the_band_and_the_chosen_line() -> None:
    places = [RANDOM.random(9), RANDOM.random(4), RANDOM.random(4)]
    band = spread(places)
    chosen = [float(place[1]) for place in places]
    chart = through_depth(chosen, band, ["a", "b", "c"], 1, {2: "stage 2"}, ("norm", "mean"), "says")
    wide, narrow, median, line, dot = chart.panels[0].marks
    assert isinstance(wide, Area)
    assert isinstance(narrow, Area)
    for drawn, expected in (
        (wide.low, band.low),
        (wide.high, band.high),
        (narrow.low, band.lower),
        (narrow.high, band.upper),
    ):
        np.testing.assert_array_equal(drawn, expected)
    assert isinstance(median, Line)
    np.testing.assert_array_equal(median.y, band.median)
    np.testing.assert_array_equal(median.fields["low"], band.low)
    np.testing.assert_array_equal(median.fields["high"], band.high)
    assert isinstance(line, Line)
    np.testing.assert_array_equal(line.y, chosen)
    assert isinstance(dot, Dots)
    assert (dot.x[0], dot.y[0], dot.fields["name"][0]) == (1, chosen[1], "b")
    assert chart.headings == [(2, "stage 2")]
    assert [upright.x for upright in chart.uprights] == [2]


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

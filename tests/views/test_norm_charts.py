"""The charts hold the very numbers that they were given."""

import numpy as np

from vitviz.analysis.spread import spread
from vitviz.views.norm_charts import over_tokens, three_histograms, through_depth
from vitviz.views.running_sum import running_sum

RANDOM = np.random.default_rng(1)


def test_over_tokens_marks_the_chosen_the_prefix_and_the_large_ones() -> None:
    mean, norm = RANDOM.standard_normal(10), RANDOM.random(10) + 1
    figure = over_tokens({"mean": mean, "norm": norm}, 4, ("cls",), (7, 2), 3.0, "token")
    patches, prefix, large, chosen = figure.data[:4]
    np.testing.assert_array_equal(patches.y, mean[1:])
    np.testing.assert_array_equal(patches.x, np.arange(1, 10))
    assert (list(prefix.x), list(large.x), list(chosen.x)) == ([0], [7, 2], [4])
    assert chosen.y[0] == mean[4]
    assert figure.layout.yaxis2.range[1] >= 3.0  # the threshold is in sight
    assert figure.layout.shapes[0].y0 == 3.0


def test_histograms_count_every_value_on_one_axis() -> None:
    panels = {
        "x": RANDOM.standard_normal(192) / 9,
        "n": RANDOM.standard_normal(192),
        "y": RANDOM.random(192) * 7,
    }
    figure = three_histograms(panels)
    for bars, values in zip(figure.data, panels.values(), strict=True):
        assert sum(bars.y) == values.size
    np.testing.assert_array_equal(figure.data[0].x, figure.data[2].x)


def test_through_depth_has_the_band_and_the_chosen_line() -> None:
    places = [RANDOM.random(9), RANDOM.random(4), RANDOM.random(4)]
    band = spread(places)
    chosen = [float(place[1]) for place in places]
    figure = through_depth(chosen, band, ["a", "b", "c"], 1, {2: "stage 2"}, ("norm", "mean"))
    low, high, lower, upper, median, line, dot = figure.data
    for trace, expected in zip((low, high, lower, upper, median), (0, 4, 1, 3, 2), strict=True):
        np.testing.assert_array_equal(trace.y, band[expected])
    np.testing.assert_array_equal(line.y, chosen)
    assert (dot.x[0], dot.y[0], dot.text[0]) == (1, chosen[1], "b")
    assert figure.layout.annotations[0].text == "stage 2"


def test_the_running_sum_ends_at_the_value() -> None:
    running = RANDOM.standard_normal(48).cumsum()
    figure = running_sum(running, running[-1] + 0.5, ("R", "G", "B"), ("index", "sum"))
    np.testing.assert_array_equal(figure.data[0].y, running)
    assert figure.data[1].y[-1] == running[-1] + 0.5
    assert [shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1] == [0, 16, 32]

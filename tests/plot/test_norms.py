"""The figures of layer norms hold the very numbers that they were given."""

import numpy as np

from tests.plot.parts import check, shapes, traces, words
from vitviz.analysis.norm_depth.spread import spread
from vitviz.plot.norms import TokenNumbers, depth_band, histograms, token_lines

RANDOM = np.random.default_rng(1)


def test_histograms_count_every_value_on_one_axis() -> None:
    panels = {
        "x": RANDOM.standard_normal(192) / 9,
        "n": RANDOM.standard_normal(192),
        "y": RANDOM.random(192) * 7,
    }
    drawn = histograms.describe(panels)
    check(drawn)
    for y, values in zip(("y", "y2", "y3"), panels.values(), strict=True):
        (bars,) = traces(drawn, y=y)
        assert sum(bars["y"]) == values.size
        assert bars["customdata"] == drawn["data"][0]["customdata"]
        ((band,), (mean,)) = (shapes(drawn, kind, y=y) for kind in ("rect", "line"))
        assert (mean["x0"], mean["x1"]) == (values.mean(), values.mean())
        assert (band["x0"], band["x1"]) == (values.mean() - values.std(), values.mean() + values.std())


def test_every_token_has_its_mean_scale_and_norm() -> None:
    mean, scale, norm = RANDOM.standard_normal((3, 12)).astype(np.float32)
    norm = np.abs(norm) + 1
    norm[[3, 7]] = 9
    drawn = token_lines.describe(TokenNumbers(mean, scale, norm, 2, (3, 7), 5.0), 4)
    check(drawn)
    for y, values in zip(("y", "y2", "y3"), (mean, scale, norm), strict=True):
        patches, prefix, large = traces(drawn, y=y)
        np.testing.assert_array_equal(patches["y"], values[2:])
        np.testing.assert_array_equal(patches["x"], np.arange(2, 12))
        np.testing.assert_array_equal(prefix["y"], values[:2])
        np.testing.assert_array_equal(large["y"], values[[3, 7]])
        assert prefix["marker"]["symbol"] != large["marker"]["symbol"]
        (dot,) = shapes(drawn, "circle", y=y)
        assert (dot["xanchor"], dot["yanchor"]) == (4, values[4])
    (threshold,) = (line for line in shapes(drawn, "line") if line.get("name") == "threshold")
    assert (threshold["y0"], threshold["y1"], threshold["yref"]) == (5.0, 5.0, "y3")
    assert drawn["layout"]["yaxis3"]["range"] == [0, 1.08 * 9]


def test_a_token_through_depth_lies_over_the_quartiles_of_all() -> None:
    places = [RANDOM.standard_normal(9), RANDOM.standard_normal(5), RANDOM.standard_normal(5)]
    found = spread(places)
    chosen = [float(values[2]) for values in places]
    drawn = depth_band.describe(chosen, found, ["a", "b", "c"], 1, {1: "stage 1"}, y_title="mean")
    check(drawn)
    low, high, lower, upper, middle, line = traces(drawn)
    for trace, expected in zip(
        (low, high, lower, upper, middle), ("low", "high", "lower", "upper", "median"), strict=True
    ):
        np.testing.assert_array_equal(trace["y"], getattr(found, expected))
    assert (high["fill"], upper["fill"]) == ("tonexty", "tonexty")
    assert list(line["y"]) == chosen
    assert middle["customdata"][1] == [found.low[1], found.high[1]]
    (dot,) = shapes(drawn, "circle")
    assert (dot["xanchor"], dot["yanchor"]) == (1, chosen[1])
    assert words(drawn) == ["stage 1"]

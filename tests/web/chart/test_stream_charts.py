"""What the charts of the stream draw is what they were given."""

import numpy as np
import pytest

from vitviz.analysis.stream.activations import ACTIVATIONS
from vitviz.web.chart.charts import Bars, Dots, Line
from vitviz.web.chart.stream_charts import activation_curve, gradients, lengths, shares

WORDS = ("x", "middle", "count")


@pytest.mark.parametrize("own", ["gelu", "gelu_tanh", "quick_gelu"])
def test_every_unit_lies_on_the_models_own_curve(own: str) -> None:
    pre = np.linspace(-4, 5, 97)
    chart = activation_curve(pre, ACTIVATIONS[own](pre), own, 12, WORDS, "says")
    top, _, counted = chart.panels
    curves = [mark for mark in top.marks if isinstance(mark, Line)]
    (full,) = (curve for curve in curves if curve.dash == "solid")
    cloud, ring = (mark for mark in top.marks if isinstance(mark, Dots))
    np.testing.assert_array_equal(cloud.x, pre)
    np.testing.assert_allclose(np.interp(cloud.x, full.x, full.y), cloud.y, atol=1e-3)
    assert (ring.x[0], ring.y[0], ring.fields["unit"][0]) == (pre[12], ACTIVATIONS[own](pre)[12], 12)
    assert cloud.fields["unit"][12] == 12
    (bars,) = (mark for mark in counted.marks if isinstance(mark, Bars))
    assert sum(bars.counts) == len(pre)
    dashes = [curve.dash for curve in curves]
    assert len(set(dashes)) == len(dashes) >= 3
    assert [upright.x for upright in chart.uprights] == [0, pre[12]]


@pytest.mark.parametrize("own", ["gelu", "gelu_tanh", "quick_gelu"])
def test_the_middle_panel_is_what_the_approximations_are_off(own: str) -> None:
    pre = np.linspace(-4, 5, 97)
    top, middle, _ = activation_curve(pre, ACTIVATIONS[own](pre), own, 12, WORDS, "says").panels
    curves = {mark.dash: mark for mark in top.marks if isinstance(mark, Line)}
    gaps = [mark for mark in middle.marks if isinstance(mark, Line)]
    assert len(gaps) == len({own, "gelu_tanh"} - {"gelu"})
    for gap in gaps:
        exact = ACTIVATIONS["gelu"](np.asarray(gap.x))
        np.testing.assert_array_equal(gap.y, curves[gap.dash].y - exact)


def test_lines_stop_where_a_stage_ends_and_panels_share_their_axis() -> None:
    series = {"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [5.0, 4.0, 3.0, 2.0, 1.0]}
    other = {"a": [10.0, 0.0, 0.0, 0.0, 0.0]}
    chart = lengths(
        {"one": series, "two": other}, list("vwxyz"), 1, {2: "stage 2"}, ("block", "length"), "says"
    )
    panel, second = chart.panels
    lines = [mark for mark in panel.marks if isinstance(mark, Line)]
    assert [list(line.y) for line in lines] == [[1.0, 2.0], [3.0, 4.0, 5.0], [5.0, 4.0], [3.0, 2.0, 1.0]]
    assert [list(line.x) for line in lines] == [[0, 1], [2, 3, 4]] * 2
    assert ["".join(line.fields["block"]) for line in lines] == ["vw", "xyz"] * 2
    assert panel.y.span == second.y.span == (0, 10.5)
    assert (panel.heading, second.heading, chart.beside) == ("one", "two", True)
    assert len({line.symbol for line in lines}) == 2
    assert [upright.x for upright in chart.uprights] == [1, 1.5]
    assert chart.headings == [(1.5, "stage 2")]


def test_shares_run_from_nothing_to_all() -> None:
    panels = {"first": ([0.1, 0.9], [0.4, 0.5]), "second": ([0.2, 0.3], [0.6, 0.7])}
    chart = shares(panels, ["a", "b"], 1, "block", "says")
    assert [panel.heading for panel in chart.panels] == ["first", "second"]
    for panel, values in zip(chart.panels, panels.values(), strict=True):
        assert panel.y.span == (0, 1)
        mean, chosen = (mark for mark in panel.marks if isinstance(mark, Line))
        assert (list(chosen.y), list(mean.y)) == values
        (ring,) = (mark for mark in panel.marks if isinstance(mark, Dots))
        assert (ring.x[0], ring.y[0]) == (1, values[0][1])


def test_what_is_exactly_zero_has_no_place_on_a_logarithmic_axis() -> None:
    (panel,) = gradients({"chosen": [1e-3, 0.0]}, ["a", "b"], ("block", "length"), "says").panels
    (line,) = panel.marks
    assert panel.y.log
    assert isinstance(line, Line)
    assert line.y[0] == 1e-3
    assert np.isnan(line.y[1])

"""What the charts of the stream draw is what they were given."""

import numpy as np
import pytest

from vitviz.analysis.activations import ACTIVATIONS
from vitviz.views.stream_charts import activation_curve, gradients, lengths, shares

WORDS = ("x", "middle", "count")


@pytest.mark.parametrize("own", ["gelu", "gelu_tanh", "quick_gelu"])
def test_every_unit_lies_on_the_models_own_curve(own: str) -> None:
    pre = np.linspace(-4, 5, 97)
    figure = activation_curve(pre, ACTIVATIONS[own](pre), own, 12, WORDS)
    *scatter, bars = figure.data
    full = next(t for t in scatter if t.mode == "lines" and t.line.dash == "solid" and t.yaxis == "y")
    cloud, ring = (t for t in scatter if t.mode == "markers")
    np.testing.assert_allclose(np.interp(cloud.x, full.x, full.y), cloud.y, atol=1e-3)
    assert ring.x[0] == pre[12]
    assert sum(bars.y) == len(pre)
    dashes = [t.line.dash for t in scatter if t.mode == "lines" and t.yaxis == "y"]
    assert len(set(dashes)) == len(dashes) >= 3


def test_lines_stop_where_a_stage_ends_and_share_their_axis() -> None:
    series = {"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [5.0, 4.0, 3.0, 2.0, 1.0]}
    figure = lengths(series, list("vwxyz"), 1, {2: "stage 2"}, 10.0, ("block", "length"))
    pieces = [list(t.y) for t in figure.data]
    assert pieces == [[1.0, 2.0], [3.0, 4.0, 5.0], [5.0, 4.0], [3.0, 2.0, 1.0]]
    assert figure.layout.yaxis.range == (0, 10.5)
    assert len({t.marker.symbol for t in figure.data}) == 2


def test_shares_run_from_nothing_to_all() -> None:
    figure = shares([0.1, 0.9], [0.4, 0.5], ["a", "b"], 1, ("block", "share"))
    assert figure.layout.yaxis.range == (0, 1)
    assert list(figure.data[1].y) == [0.1, 0.9]
    assert list(figure.data[0].y) == [0.4, 0.5]


def test_what_is_exactly_zero_has_no_place_on_a_logarithmic_axis() -> None:
    figure = gradients({"chosen": [1e-3, 0.0]}, ["a", "b"], ("block", "length"))
    assert figure.layout.yaxis.type == "log"
    assert figure.data[0].y[0] == 1e-3
    assert np.isnan(figure.data[0].y[1])

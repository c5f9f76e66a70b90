"""Hidden units lie on the model's own curve, and what is said of the approximations is their difference."""

import numpy as np
import pytest

from tests.plot.parts import check, shapes, traces
from vitviz.analysis.mlp.activations import ACTIVATIONS
from vitviz.plot.hidden import activation_curve


@pytest.mark.parametrize("own", ["gelu", "gelu_tanh", "quick_gelu"])
def test_every_unit_lies_on_the_models_own_curve(own: str) -> None:
    pre = np.linspace(-4, 5, 97)
    drawn = activation_curve.describe(pre, ACTIVATIONS[own](pre), own, 12)
    check(drawn)
    curves = traces(drawn, mode="lines")
    (full,) = (curve for curve in curves if curve["line"]["dash"] == "solid")
    (cloud,) = traces(drawn, mode="markers")
    np.testing.assert_array_equal(cloud["x"], pre)
    np.testing.assert_allclose(np.interp(cloud["x"], full["x"], full["y"]), cloud["y"], atol=1e-3)
    assert cloud["text"][12] == "12"
    (ring,) = shapes(drawn, "circle")
    assert (ring["xanchor"], ring["yanchor"]) == (pre[12], ACTIVATIONS[own](pre)[12])
    (bars,) = traces(drawn, y="y3", type="bar")
    assert sum(bars["y"]) == len(pre)
    ends = np.array(bars["customdata"])
    assert [((low <= pre) & (pre < high)).sum() for low, high in ends[:-1]] == list(bars["y"][:-1])
    dashes = [curve["line"]["dash"] for curve in curves]
    assert len(set(dashes)) == len(dashes) >= 3
    uprights = [line["x0"] for line in shapes(drawn, "line") if line["yref"] == "paper"]
    assert uprights == [0, pre[12]]


@pytest.mark.parametrize("own", ["gelu", "gelu_tanh", "quick_gelu"])
def test_the_middle_panel_is_what_the_approximations_are_off(own: str) -> None:
    pre = np.linspace(-4, 5, 97)
    drawn = activation_curve.describe(pre, ACTIVATIONS[own](pre), own, 12)
    curves = {line["line"]["dash"]: line for line in traces(drawn, mode="lines")}
    gaps = traces(drawn, y="y2")
    assert len(gaps) == len({own, "gelu_tanh"} - {"gelu"})
    for gap in gaps:
        exact = ACTIVATIONS["gelu"](gap["x"])
        np.testing.assert_array_equal(gap["y"], curves[gap["line"]["dash"]]["y"] - exact)

"""The hidden units of an MLP: one token's values on the nonlinearity that made them, and how they are spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.mlp.activations import ACTIVATIONS
from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, Part, bars, cursor, dots, level, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, Theme

POINTS = 241
BINS = 60
DASHES: tuple[Dash, ...] = ("solid", "dash", "dot", "dashdot")  # none is told apart by colour
TITLES = {"gelu": "GELU", "gelu_tanh": "GELU (tanh)", "quick_gelu": "QuickGELU", "relu": "ReLU"}


@drawing
def activation_curve(
    pre: NDArray[np.floating],
    post: NDArray[np.floating],
    own: str = "gelu",
    unit: int | None = None,
    *,
    x_title: str = "h, before the nonlinearity",
    gap_title: str = "\u2212 GELU",
    count_title: str = "hidden units",
    label: str = "Hidden values of one token on the nonlinearity that made them",
    theme: Theme = "light",
) -> Description:
    """The hidden values (M,) of one token on the curve that made them, other curves beside it, and how they are spread.

    ``own`` is the model's nonlinearity, ``unit`` the hidden unit that is looked at.
    """
    low, high = min(-3.0, float(pre.min())), max(3.0, float(pre.max()))
    curves, gaps = _curves(own, np.linspace(low, high, POINTS))
    hover = "h[%{text}] = %{x:.4f}, %{y:.4f}"
    cloud = dots(pre, post, ACCENT, size=4, opacity=0.45, hover=hover, text=[str(i) for i in range(len(pre))])
    counts, edges = np.histogram(pre, np.linspace(low, high, BINS + 1))
    ring, uprights = [], [upright(0)]
    if unit is not None:
        ring = [cursor(float(pre[unit]), float(post[unit]), size=11, hollow=True)]
        uprights.append(upright(float(pre[unit]), ACCENT, opacity=0.5))
    panels = [
        Panel(Axis("a"), [*curves, cloud], [level(0), *ring]),
        Panel(Axis(gap_title, count=3, style="exponent"), gaps, [level(0)]),
        Panel(Axis(count_title, count=3, from_zero=True), [bars(edges, counts, hover="%{x:.2f}: %{y:.0f}")]),
    ]
    return below(Panels(panels, 430, Axis(x_title, span=(low, high)), uprights, label=label), theme)


def _curves(own: str, x: NDArray[np.float64]) -> tuple[list[Part], list[Part]]:
    """The nonlinearities, the model's own as a full line, and how far the approximations are from exact GELU."""
    curves, gaps = [], []
    names = dict.fromkeys([own, "gelu", "gelu_tanh", "relu"])
    for name, dash in zip(names, DASHES, strict=False):
        y = ACTIVATIONS[name](x)
        curves.append(line(x, y, dash=dash, hover=f"{TITLES[name]}(%{{x:.3f}}) = %{{y:.4f}}"))
        if name not in ("gelu", "relu"):
            hover = f"{TITLES[name]} \u2212 GELU, %{{x:.3f}}: %{{y:.2~g}}"
            gaps.append(line(x, y - ACTIVATIONS["gelu"](x), dash=dash, hover=hover))
    return curves, gaps

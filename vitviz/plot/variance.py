"""The relative error of a variance against the mean of the data, a panel for each precision."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, Part, dots, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, INK, Theme

LOWEST, HIGHEST = 1e-8, 1e4  # smaller and larger errors are drawn on the rim
SPAN = (LOWEST / 2, HIGHEST * 2)
COLOURS = {"one_pass": ACCENT, "two_passes": INK, "welford": "#3c82c8"}
DASHES: dict[str, Dash] = {"one_pass": "solid", "two_passes": "dash", "welford": "dot"}
NAMES = {"one_pass": "one pass", "two_passes": "two passes", "welford": "Welford"}


@drawing
def variance_errors(
    means: NDArray[np.float64],
    curves: Mapping[str, Mapping[str, NDArray[np.float64]]],
    broken: Mapping[str, Mapping[str, NDArray[np.bool_]]],
    at: float | None = None,
    names: Mapping[str, str] | None = None,
    *,
    x_title: str = "mean of the data",
    label: str = "Relative error of the variance against the mean of the data",
    theme: Theme = "light",
) -> Description:
    """``curves[precision][method]`` are relative errors (M,) at ``means``; a cross marks where ``broken`` is true.

    Both axes are logarithmic; ``at`` is the mean that is looked at, ``names`` are what to call the methods.
    """
    names = names or NAMES
    panels = []
    for precision, methods in curves.items():
        traces: list[Part] = []
        for method, error in methods.items():
            gone, colour, name = broken[precision][method], COLOURS[method], names[method]
            drawn = np.where(gone & ~np.isfinite(error), HIGHEST, error).clip(LOWEST, HIGHEST)
            hover = f"{name}, {precision}: %{{x:.4~g}} \u2192 %{{customdata:.3~g}}"
            traces.append(
                line(means, drawn, colour, 1.8, DASHES[method], hover=hover, custom=error, name=name)
            )
            traces.append(
                dots(means[gone], drawn[gone], colour, "x-thin-open", 6, hover=hover, custom=error[gone])
            )
        panels.append(Panel(Axis(precision, SPAN, log=True, decades=4, style="power"), traces))
    x = Axis(x_title, log=True, count=8, style="power")
    uprights = [] if at is None else [upright(at, INK)]
    return below(Panels(panels, 330, x, uprights, label=label), theme)

"""The relative error of a variance against the mean of the data, a panel for each precision."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vitviz.web.chart.charts import ACCENT, INK, Axis, Chart, Dash, Dots, Line, Mark, Panel, Upright

HEIGHT = 330
LOWEST, HIGHEST = 1e-8, 1e4  # smaller and larger errors are drawn on the rim
SPAN = (LOWEST / 2, HIGHEST * 2)
COLOURS = {"one_pass": ACCENT, "two_passes": INK, "welford": "#3c82c8"}
DASHES: dict[str, Dash] = {"one_pass": "solid", "two_passes": "dash", "welford": "dot"}


def errors(
    means: NDArray[np.float64],
    curves: Mapping[str, Mapping[str, NDArray[np.float64]]],
    broken: Mapping[str, Mapping[str, NDArray[np.bool_]]],
    at: float,
    names: Mapping[str, str],
    title: str,
    says: str,
) -> Chart:
    """``curves[precision][method]`` are relative errors (M,) at ``means``; a cross marks where ``broken`` is true.

    Both axes are logarithmic; ``at`` is the mean that is looked at, ``names`` are what to call the methods.
    """
    panels = []
    for precision, methods in curves.items():
        marks: list[Mark] = []
        for method, error in methods.items():
            gone, colour, name = broken[precision][method], COLOURS[method], names[method]
            drawn = np.where(gone & ~np.isfinite(error), HIGHEST, error).clip(LOWEST, HIGHEST)
            hover = f"{name}, {precision}: {{x:.4g}} \u2192 {{error:.3g}}"
            fields = {"error": error}
            marks.append(
                Line(means, drawn, colour, 1.8, DASHES[method], hover=hover, fields=fields, name=name)
            )
            marks.append(
                Dots(means[gone], drawn[gone], colour, "x", 6, hover=hover, fields={"error": error[gone]})
            )
        panels.append(Panel(Axis(precision, SPAN, log=True, count=3, style="power"), marks))
    x = Axis(title, log=True, count=8, style="power")
    return Chart(panels, HEIGHT, x, uprights=[Upright(at, INK)], key=True, says=says)

"""The relative error of a variance against the mean of the data, a panel for each precision."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from vitviz.views.charts import ACCENT, INK, Part, figure, panel, upright

HEIGHT = 330
LOWEST, HIGHEST = 1e-8, 1e4  # smaller and larger errors are drawn on the rim
COLOURS = {"one_pass": ACCENT, "two_passes": INK, "welford": "#3c82c8"}
DASHES = {"one_pass": "solid", "two_passes": "dash", "welford": "dot"}


def errors(
    means: NDArray[np.float64],
    curves: Mapping[str, Mapping[str, NDArray[np.float64]]],
    broken: Mapping[str, Mapping[str, NDArray[np.bool_]]],
    at: float,
    names: Mapping[str, str],
    title: str,
) -> go.Figure:
    """``curves[precision][method]`` are relative errors (M,) at ``means``; a cross marks where ``broken`` is true.

    Both axes are logarithmic; ``at`` is the mean that is looked at, ``names`` are what to call the methods.
    """
    traces: list[Part] = []
    for i, (precision, methods) in enumerate(curves.items()):
        for method, error in methods.items():
            gone = broken[precision][method]
            drawn = np.where(gone & ~np.isfinite(error), HIGHEST, error).clip(LOWEST, HIGHEST)
            common: Part = {
                "type": "scatter", "x": means, "yaxis": panel(i), "name": names[method],
                "legendgroup": method, "customdata": error,
                "hovertemplate": f"{names[method]}, {precision}: %{{x:.4g}} \u2192 %{{customdata:.3g}}<extra></extra>",
            }  # fmt: skip
            look = {"color": COLOURS[method], "width": 1.8, "dash": DASHES[method]}
            traces.append({**common, "mode": "lines", "y": drawn, "line": look, "showlegend": i == 0})
            crosses = {"symbol": "x", "size": 6, "color": COLOURS[method]}
            traces.append(
                {
                    **common,
                    "mode": "markers",
                    "y": np.where(gone, drawn, np.nan),
                    "marker": crosses,
                    "showlegend": False,
                }
            )
    exponents = [-8, -4, 0, 4]
    ticks: Part = {"type": "log", "range": [-8.3, 4.3], "tickvals": [10.0**k for k in exponents]}
    texts = [f"10<sup>{k}</sup>".replace("-", "\u2212") for k in exponents]
    ys = [{**ticks, "ticktext": texts, "title": {"text": precision}} for precision in curves]
    made = figure(
        traces,
        HEIGHT,
        x={"type": "log", "title": {"text": title}, "dtick": 1},
        ys=ys,
        shapes=[upright(at, INK)],
    )
    made.update_layout(
        showlegend=True, legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}, margin={"t": 34}
    )
    return made

"""One token's values at the steps of a layer norm, as histograms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vitviz.web.chart.charts import ACCENT, Axis, Bars, Chart, Panel, Upright

BINS = 64
HEIGHT = 260


def three_histograms(panels: Mapping[str, NDArray[np.floating]], says: str) -> Chart:
    """Vectors (D,) as histograms below one another, on one axis of values: how each step moves and stretches them.

    The line through each is its mean, the band one standard deviation to both sides.
    """
    low = min(float(values.min()) for values in panels.values())
    high = max(float(values.max()) for values in panels.values())
    edges = np.linspace(low, high, BINS + 1)
    return Chart([_histogram(name, values, edges) for name, values in panels.items()], HEIGHT, says=says)


def _histogram(name: str, values: NDArray[np.floating], edges: NDArray[np.floating]) -> Panel:
    mean, std = float(values.mean()), float(values.std())
    counts, _ = np.histogram(values, edges)
    marks = (
        Upright(mean - std, ACCENT, to=mean + std, opacity=0.14),
        Bars(edges, counts, hover="{low:.3g} \u2026 {high:.3g}: {y:.0f}"),
        Upright(mean, ACCENT),
    )
    return Panel(Axis(name, count=3, from_zero=True), marks)

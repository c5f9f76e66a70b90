"""How a sum of products grows along the flattened vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from vitviz.views.charts import ACCENT, figure, heading, level, line, upright


def running_sum(
    running: NDArray[np.float64], value: float, channels: Sequence[str], axes: tuple[str, str]
) -> go.Figure:
    """The sum after each product (C*P*P,), and where the bias takes it in the end; ``axes`` are their titles."""
    last, size = len(running) - 1, len(running) // len(channels)
    hover = "%{x}: %{y:.6f}<extra></extra>"
    end = line([last, last], [float(running[-1]), value], ACCENT, hovertemplate=hover)
    end |= {"mode": "lines+markers", "marker": {"size": [0, 7], "color": ACCENT}}
    starts = [i * size for i in range(len(channels))]
    return figure(
        [line(np.arange(len(running)), running, hovertemplate=hover), end],
        230,
        x={"title": {"text": axes[0]}, "tickvals": [*starts, last]},
        ys=[{"title": {"text": axes[1]}}],
        shapes=[*(upright(start) for start in starts), level(0)],
        annotations=[heading(start, channel) for start, channel in zip(starts, channels, strict=True)],
    )

"""How a sum of products grows along a flattened vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Panel, Panels, cursor, level, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, Theme


@drawing
def running_sum(
    running: NDArray[np.float64],
    value: float,
    channels: Sequence[str] = ("R", "G", "B"),
    *,
    x_title: str = "index in the flattened patch",
    y_title: str = "sum so far",
    label: str = "How the sum of products grows along the flattened patch",
    theme: Theme = "light",
) -> Description:
    """The sum after each product (C*P*P,), and where the bias takes it in the end."""
    last, size = len(running) - 1, len(running) // len(channels)
    starts = [i * size for i in range(len(channels))]
    hover = "%{x:.0f}: %{y:.6f}"
    traces = [
        line(range(len(running)), running, hover=hover),
        line([last, last], [float(running[-1]), value], ACCENT, hover=hover),
    ]
    panel = Panel(Axis(y_title), traces, [level(0), cursor(last, value, size=7)])
    x = Axis(x_title, ticks=[(at, str(at)) for at in (*starts, last)])
    headings = list(zip(starts, channels, strict=True))
    return below(Panels([panel], 230, x, [upright(start) for start in starts], headings, label), theme)

"""How a sum of products grows along the flattened vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.web.chart.charts import ACCENT, Axis, Chart, Dots, Level, Line, Panel, Upright


def running_sum(
    running: NDArray[np.float64], value: float, channels: Sequence[str], axes: tuple[str, str], says: str
) -> Chart:
    """The sum after each product (C*P*P,), and where the bias takes it in the end; ``axes`` are their titles."""
    last, size = len(running) - 1, len(running) // len(channels)
    starts = [i * size for i in range(len(channels))]
    hover = "{x:.0f}: {y:.6f}"
    marks = (
        Level(0),
        Line(range(len(running)), running, hover=hover),
        Line([last, last], [float(running[-1]), value], ACCENT),
        Dots([last], [value], ACCENT, size=7, hover=hover),
    )
    return Chart(
        [Panel(Axis(axes[1]), marks)],
        230,
        Axis(axes[0], ticks=[(at, str(at)) for at in (*starts, last)]),
        uprights=[Upright(start) for start in starts],
        headings=list(zip(starts, channels, strict=True)),
        says=says,
    )

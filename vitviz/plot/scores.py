"""Class scores as bars, and one score as the sum of what every part of the model gives to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Panel, Panels, Part, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, INK, Theme

ROW = 22  # pixels of a bar with its room


@drawing
def score_bars(
    names: Sequence[str],
    probabilities: NDArray[np.floating],
    logits: NDArray[np.floating],
    *,
    x_title: str = "probability",
    label: str = "The classes with the highest scores",
    theme: Theme = "light",
) -> Description:
    """Probabilities (k,) as bars, the highest above; the logits are read by pointing at them."""
    hover = "%{text}: p %{x:.4~g}, logit %{customdata:.4~g}"
    bars = _bars(probabilities, names, hover) | {"customdata": np.asarray(logits, np.float64)}
    return _rows(bars, names, Axis(x_title, span=(0, 1)), label, theme)


@drawing
def contribution_bars(
    names: Sequence[str],
    given: NDArray[np.floating],
    *,
    x_title: str = "given to the logit",
    label: str = "What every part of the model gives to a class score",
    theme: Theme = "light",
) -> Description:
    """Addends (P,) of a score in the order in which they are added, the first above; negative ones are hatched."""
    bars = _bars(given, names, "%{text}: %{x:.4~g}")
    bars["marker"]["pattern"] = {"shape": ["/" if value < 0 else "" for value in given]}
    bars["marker"]["color"] = [INK if value < 0 else ACCENT for value in given]
    return _rows(bars, names, Axis(x_title), label, theme)


def _bars(values: NDArray[np.floating], names: Sequence[str], hover: str) -> Part:
    return {
        "type": "bar", "orientation": "h", "x": np.asarray(values, np.float64), "y": np.arange(len(names), dtype=float),
        "text": list(names), "textposition": "none", "hovertemplate": f"{hover}<extra></extra>", "width": 0.72,
        "marker": {"color": ACCENT, "line": {"width": 0}}, "name": "", "showlegend": False,
    }  # fmt: skip


def _rows(bars: Part, names: Sequence[str], x: Axis, label: str, theme: Theme) -> Description:
    count = len(names)
    ticks = [(float(at), name) for at, name in enumerate(names)]
    panel = Panel(Axis(span=(count - 0.5, -0.5), ticks=ticks), [bars])
    described = below(Panels([panel], 60 + ROW * count, x, [upright(0)], label=label), theme)
    described["layout"]["margin"]["l"] = 20 + round(6.4 * max(len(name) for name in names))
    return described

"""What all plotly charts have in common: thin, quiet, transparent, readable in both themes.

Charts are put together as plain dictionaries and become a figure once: plotly checks every single change of a figure,
which takes longer than everything else that a page does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray

ACCENT = "#e0641a"
INK = "#87827d"
FAINT = "rgba(135,130,125,.28)"
FAINTEST = "rgba(135,130,125,.16)"
CONFIG: dict[str, Any] = {"displayModeBar": False}
GAP = 0.08

Part = dict[str, Any]
Values = Sequence[float] | NDArray[Any]


def figure(
    traces: Sequence[Part],
    height: int,
    *,
    x: Part,
    ys: Sequence[Part],
    shapes: Sequence[Part] = (),
    annotations: Sequence[Part] = (),
) -> go.Figure:
    """A figure of panels below one another that share the axis ``x``; ``ys`` are their own axes, from the top.

    A trace belongs to the panel that its ``yaxis`` names, see ``panel``; without one to the highest.
    """
    layout: Part = {
        "height": height,
        "margin": {"l": 60, "r": 6, "t": 20, "b": 34},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "font": {"size": 12},
        "bargap": 0,
        "xaxis": _axis(x) | {"anchor": panel(len(ys) - 1)},
        "shapes": list(shapes),
        "annotations": list(annotations),
    }
    share = (1 + GAP) / len(ys)
    for i, y in enumerate(ys):
        top = 1 - i * share
        layout[f"yaxis{i + 1}"] = _axis(y) | {"domain": [max(0.0, top - share + GAP), top]}
    return go.Figure(data=list(traces), layout=layout)


def panel(number: int) -> str:
    """Plotly's name for the axis of panel ``number``, counted from 0 at the top."""
    return "y" if number == 0 else f"y{number + 1}"


def line(x: Values, y: Values, colour: str = INK, width: float = 1.2, **more: Any) -> Part:
    """A thin line."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": width},
        **more,
    }


def dots(at: Sequence[int], values: NDArray[Any], symbol: str, colour: str, **more: Any) -> Part:
    """Some of the values (N,), by their index, as dots."""
    outline = {"width": 1.2, "color": colour}
    marker = {"symbol": symbol, "size": 8, "color": colour, "line": outline}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(at),
        "y": values[list(at)],
        "marker": marker,
        "cliponaxis": False,
        **more,
    }


def upright(x: float, colour: str = FAINT, within: str | None = None, **more: Any) -> Part:
    """A thin vertical line through the whole figure, or within one panel."""
    where = "paper" if within is None else f"{within} domain"
    look = {"color": colour, "width": 1}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": where, "line": look, **more}


def level(y: float, axis: str = "y", colour: str = FAINT, dash: str = "solid") -> Part:
    """A thin horizontal line at a value of one panel's axis."""
    look = {"color": colour, "width": 1, "dash": dash}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "yref": axis, "line": look}


def heading(x: float, text: str) -> Part:
    """A word above the figure, beginning at ``x``."""
    return {
        "x": x,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": "left",
        "text": text,
        "showarrow": False,
    }


def _axis(own: Part) -> Part:
    common = {
        "showgrid": False,
        "zeroline": False,
        "nticks": 5,
        "linecolor": FAINT,
        "showline": True,
        "fixedrange": True,
    }
    return common | own

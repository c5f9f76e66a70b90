"""Charts of what attention costs: multiply-adds by formula for every stage, and milliseconds as they were measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import plotly.graph_objects as go

from vitviz.views.charts import FAINT, FAINTEST, Part

GLOBAL_INK = "#e07a1f"
WINDOW_INK = "#2f6bff"
GAP = 0.035  # between two panels, of the figure's width


@dataclass(frozen=True)
class Curve:
    """One way to attend: its cost for each side of the map, in patches, and its cost for the picture's own map."""

    label: str
    sides: Sequence[int]
    costs: Sequence[float]
    own: float


@dataclass(frozen=True)
class Panel:
    """One stage: its title, the side of the picture's own map, global and windowed attention."""

    title: str
    side: float
    everything: Curve
    windowed: Curve


def cost_curves(panels: Sequence[Panel], x_title: str, y_title: str) -> go.Figure:
    """A panel for each stage on the same logarithmic axes; the picture's own map is a dot on both curves."""
    width = (1 + GAP) / len(panels)
    traces: list[Part] = []
    layout: Part = _layout(280)
    for i, panel in enumerate(panels):
        name = "" if i == 0 else str(i + 1)
        left = i * width
        layout[f"xaxis{name}"] = (
            _axis(x_title if i == 0 else "")
            | _ticks(_fourfold(panel.windowed.sides), panel.windowed.sides[-1])
            | {
                "domain": [left, left + width - GAP],
                "anchor": f"y{name}",
            }
        )
        own = _axis(y_title if i == 0 else "") | {
            "anchor": f"x{name}",
            "showticklabels": i == 0,
            "exponentformat": "SI",
        }
        layout[f"yaxis{name}"] = own | ({} if i == 0 else {"matches": "y"})
        for curve, ink, dash in (
            (panel.everything, GLOBAL_INK, "dash"),
            (panel.windowed, WINDOW_INK, "solid"),
        ):
            traces.append(_line(curve, ink, dash, name))
            traces.append(_dot(curve, panel.side, ink, name))
        layout["annotations"].append(_heading(left, panel.title))
    layout["annotations"] += _labels(panels[0])
    return go.Figure(data=traces, layout=layout)


def race_chart(curves: Sequence[Curve], x_title: str, y_title: str) -> go.Figure:
    """Measured milliseconds (``costs``) over the side of the map, logarithmic, global attention first."""
    layout = _layout(300)
    layout["xaxis"] = _axis(x_title) | _ticks([side for curve in curves for side in curve.sides])
    layout["yaxis"] = _axis(y_title)
    traces = []
    for curve, ink, dash, symbol in zip(
        curves, (GLOBAL_INK, WINDOW_INK), ("dash", "solid"), ("square", "circle"), strict=True
    ):
        traces.append(
            _line(curve, ink, dash, "")
            | {"mode": "lines+markers", "marker": {"symbol": symbol, "size": 7, "color": ink}}
        )
        if curve.sides:
            layout["annotations"].append(_label(curve, ink))
    return go.Figure(data=traces, layout=layout)


def _layout(height: int) -> Part:
    return {
        "height": height,
        "margin": {"l": 60, "r": 10, "t": 40, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "font": {"size": 12},
        "annotations": [],
    }


def _axis(title: str) -> Part:
    return {
        "type": "log",
        "title": {"text": title, "font": {"size": 12}},
        "gridcolor": FAINTEST,
        "linecolor": FAINT,
        "showline": True,
        "zeroline": False,
        "fixedrange": True,
        "dtick": 1,
        "ticks": "outside",
        "tickcolor": FAINT,
    }


def _ticks(values: Sequence[float], last: float | None = None) -> Part:
    at = sorted(set(values))
    if not at:
        return {}
    # Said outright: a name beside a curve would otherwise push the axis apart in a narrow panel.
    span = [log10(at[0]) - 0.06, log10(last or at[-1]) + 0.06]
    return {"range": span, "tickmode": "array", "tickvals": at, "ticktext": [f"{value:g}" for value in at]}


def _fourfold(sides: Sequence[int]) -> list[int]:
    """The smallest side, then every fourfold one: few enough to be read in a narrow panel."""
    found = [sides[0]]
    while found[-1] * 4 <= sides[-1]:
        found.append(found[-1] * 4)
    return found


def _line(curve: Curve, ink: str, dash: str, name: str) -> Part:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(curve.sides),
        "y": list(curve.costs),
        "name": curve.label,
        "line": {"color": ink, "width": 2, "dash": dash},
        "xaxis": f"x{name}",
        "yaxis": f"y{name}",
    }


def _dot(curve: Curve, side: float, ink: str, name: str) -> Part:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [side],
        "y": [curve.own],
        "name": curve.label,
        "marker": {"color": ink, "size": 9, "line": {"color": "#fff", "width": 1.5}},
        "xaxis": f"x{name}",
        "yaxis": f"y{name}",
    }


def _heading(x: float, text: str) -> Part:
    return {
        "x": x,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "text": text,
        "showarrow": False,
    }


def _labels(panel: Panel) -> list[Part]:
    return [_label(panel.everything, GLOBAL_INK), _label(panel.windowed, WINDOW_INK)]


def _label(curve: Curve, ink: str) -> Part:
    """A curve's name beside it: the upper one above its end, the lower one below its middle."""
    above = ink == GLOBAL_INK
    at = max(0, len(curve.sides) - 2) if above else len(curve.sides) // 2
    return {
        "x": log10(curve.sides[at]), "y": log10(curve.costs[at]), "xref": "x", "yref": "y", "text": curve.label,
        "showarrow": False, "font": {"color": ink, "size": 12}, "xanchor": "right" if above else "left",
        "yanchor": "bottom" if above else "top", "yshift": 4 if above else -4,
    }  # fmt: skip

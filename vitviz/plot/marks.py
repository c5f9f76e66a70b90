"""What a panel of a figure is made of, as plotly writes it: lines, dots, bars, bands, and shapes that are no data.

A place that is looked at is a shape and never a trace of one point: plotly moves shapes without drawing lines anew.
Text of ``hover`` is plotly's: ``%{y:.4~g}`` is a number with four digits, ``%{text}`` that point's word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitviz.plot.themes import ACCENT, FAINT, INK

Dash = Literal["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"]
Symbol = Literal["circle", "circle-open", "diamond", "square", "square-open", "x-thin-open"]
Part = dict[str, Any]
HOLLOW = 1.6  # width of the outline of hollow symbols


def values(given: ArrayLike) -> NDArray[np.floating]:
    """Numbers as one array: float32 stays, everything else becomes float64."""
    array = np.asarray(given)
    return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)


def line(
    x: ArrayLike,
    y: ArrayLike,
    colour: str = INK,
    width: float = 1.2,
    dash: Dash = "solid",
    *,
    symbol: Symbol | None = None,
    size: float = 6,
    hover: str = "",
    text: Sequence[str] = (),
    custom: Sequence[Sequence[Any]] | NDArray[Any] | None = None,
    name: str = "",
) -> Part:
    """Points (N,) joined in their order; NaN leaves a gap. With ``symbol`` every point has a marker of that shape."""
    marker = {"marker": _marker(symbol, size, colour)} if symbol else {}
    mode = "lines+markers" if symbol else "lines"
    look = {"line": {"color": colour, "width": width, "dash": dash}, **marker}
    return _scatter(mode, x, y, look, hover, text, custom, name)


def dots(
    x: ArrayLike,
    y: ArrayLike,
    colour: str = INK,
    symbol: Symbol = "circle",
    size: float = 8,
    *,
    opacity: float = 1.0,
    hover: str = "",
    text: Sequence[str] = (),
    custom: Sequence[Sequence[Any]] | NDArray[Any] | None = None,
    name: str = "",
) -> Part:
    """Markers at points (N,), ``size`` pixels across."""
    look = {"marker": {**_marker(symbol, size, colour), "opacity": opacity}}
    return _scatter("markers", x, y, look, hover, text, custom, name)


def _marker(symbol: Symbol, size: float, colour: str) -> Part:
    width = HOLLOW if symbol.endswith("open") else 0
    return {"symbol": symbol, "size": size, "color": colour, "line": {"width": width, "color": colour}}


def _scatter(
    mode: str, x: ArrayLike, y: ArrayLike, look: Part, hover: str, text: Sequence[str], custom: Any, name: str
) -> Part:
    trace: Part = {
        "type": "scatter",
        "mode": mode,
        "x": values(x),
        "y": values(y),
        "cliponaxis": False,
        **look,
    }
    if text:
        trace["text"] = list(text)
    if custom is not None:
        trace["customdata"] = custom
    return trace | _told(hover) | _named(name)


def bars(edges: NDArray[Any], counts: ArrayLike, colour: str = INK, *, hover: str = "") -> Part:
    """A histogram: ``counts`` (N,) between even ``edges`` (N + 1,).

    In ``hover`` ``%{customdata[0]}`` and ``%{customdata[1]}`` are the ends of a bar.
    """
    trace = {
        "type": "bar",
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": values(counts),
        "width": float(edges[1] - edges[0]),
        "customdata": [[float(low), float(high)] for low, high in pairwise(edges)],
        "marker": {"color": colour, "line": {"width": 0}},
    }
    return trace | _told(hover) | _named("")


def band(x: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str = FAINT) -> list[Part]:
    """What lies between ``low`` (N,) and ``high`` (N,): two traces without lines."""
    edge = {
        "type": "scatter", "mode": "lines", "x": values(x), "line": {"width": 0}, "hoverinfo": "skip",
        "showlegend": False,
    }  # fmt: skip
    return [{**edge, "y": values(low)}, {**edge, "y": values(high), "fill": "tonexty", "fillcolor": colour}]


def _told(hover: str) -> Part:
    return {"hovertemplate": f"{hover}<extra></extra>"} if hover else {"hoverinfo": "skip"}


def _named(name: str) -> Part:
    return {"name": name, "showlegend": bool(name), **({"legendgroup": name} if name else {})}


def upright(
    x: float, colour: str = FAINT, to: float | None = None, opacity: float = 1.0, dash: Dash = "solid"
) -> Part:
    """A vertical line at ``x``, or with ``to`` the strip from there to ``to``; through the whole panel."""
    if to is None:
        look: Part = {"type": "line", "line": {"color": colour, "width": 1, "dash": dash}}
    else:
        look = {"type": "rect", "fillcolor": colour, "line": {"width": 0}}
    end = float(x if to is None else to)
    ends = {"x0": float(x), "x1": end, "y0": 0, "y1": 1, "yref": "y domain"}
    return {**look, **ends, "opacity": opacity, "layer": "below"}


def level(y: float, colour: str = FAINT, dash: Dash = "solid") -> Part:
    """A horizontal line at ``y``."""
    ends = {"x0": 0, "x1": 1, "xref": "x domain", "y0": float(y), "y1": float(y)}
    return {"type": "line", "line": {"color": colour, "width": 1, "dash": dash}, **ends, "layer": "below"}


def cursor(x: float, y: float, colour: str = ACCENT, size: float = 8, *, hollow: bool = False) -> Part:
    """A round mark, ``size`` pixels across, on the point that is looked at; not for logarithmic axes."""
    half = size / 2
    look: Part = (
        {"line": {"color": colour, "width": HOLLOW}}
        if hollow
        else {"line": {"width": 0}, "fillcolor": colour}
    )
    return {
        "type": "circle", "xsizemode": "pixel", "ysizemode": "pixel", "xanchor": float(x), "yanchor": float(y),
        "x0": -half, "x1": half, "y0": -half, "y1": half, "layer": "above", **look,
    }  # fmt: skip


@dataclass(frozen=True)
class Note:
    """A word that stands at a place of a panel, ``shift`` pixels right and up; ``x`` None is the axis' left end."""

    text: str
    x: float | None
    y: float
    colour: str = INK
    anchor: Literal["left", "right"] = "left"
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Axis:
    """What an axis spans and how it is marked.

    Without ``span`` it holds all the marks (and 0 with ``from_zero``); ``ticks`` are values and their words, without
    them plotly finds about ``count`` round numbers, or where it is ``log`` every one of so many ``decades`` is marked.
    ``style`` is how a number is written.
    """

    title: str = ""
    span: tuple[float, float] | None = None
    log: bool = False
    ticks: Sequence[tuple[float, str]] | None = None
    count: int = 5
    decades: int = 1
    from_zero: bool = False
    style: Literal["plain", "percent", "exponent", "power", "metric"] = "plain"

    def described(self) -> Part:
        """The axis as plotly writes it."""
        described: Part = {
            "type": "log" if self.log else "linear",
            "nticks": self.count + 1,
            **STYLES[self.style],
        }
        if self.log:
            described |= (
                {"showgrid": True, "dtick": self.decades} if self.ticks is None else {"showgrid": True}
            )
        if self.title:
            described["title"] = {"text": self.title}
        if self.span is not None:
            described["range"] = [float(np.log10(end)) if self.log else float(end) for end in self.span]
        elif self.from_zero:
            described["rangemode"] = "tozero"
        if self.ticks is not None:
            described |= {
                "tickvals": [value for value, _ in self.ticks],
                "ticktext": [text for _, text in self.ticks],
            }
        return described


STYLES: Mapping[str, Part] = {
    "plain": {},
    "percent": {"tickformat": ".0%"},
    "exponent": {"exponentformat": "e"},
    "power": {"exponentformat": "power"},
    "metric": {"exponentformat": "SI"},
}


@dataclass(frozen=True)
class Panel:
    """Traces, shapes and notes over one vertical axis; ``x`` where it is not the figure's own horizontal axis."""

    y: Axis
    traces: Sequence[Part]
    shapes: Sequence[Part] = ()
    notes: Sequence[Note] = ()
    x: Axis | None = None
    heading: str = ""


@dataclass(frozen=True)
class Panels:
    """Panels and what is common to them. ``uprights`` run through all; ``headings`` are words that begin at an x.

    ``label`` is the figure in words for those who do not see it. ``gap``: the room between panels side by side, as a
    share of the width; more where their horizontal axes are not the same thing.
    """

    panels: Sequence[Panel]
    height: int
    x: Axis = field(default_factory=Axis)
    uprights: Sequence[Part] = ()
    headings: Sequence[tuple[float, str]] = ()
    label: str = ""
    gap: float = 0.024

"""What a chart is made of: panels of lines, dots, bars and bands over axes. ``components.chart`` shows it.

Charts are plain descriptions, drawn by a small module of ours in the browser. Plotly drew them before: its script
needed 400 to 600 ms for the charts of one page at every answer (``benchmarks.controls``), and checking its figures
took half of the server's share.

Wherever a mark has a ``hover`` text, the point nearest to the pointer is told with it: ``{y:.4g}`` is that point's
number, formatted as Python would; ``x``, ``y`` and every name in ``fields`` can be used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

ACCENT = "#e0641a"
INK = "#87827d"
FAINT = "rgba(135,130,125,.28)"
FAINTEST = "rgba(135,130,125,.16)"

Values = Sequence[float] | NDArray[Any]
Field = Values | Sequence[str]
Dash = Literal["solid", "dash", "dot", "dashdot"]
Symbol = Literal["circle", "circle-open", "diamond", "square", "square-open", "x"]


@dataclass(frozen=True)
class Line:
    """Points (N,) joined in their order; NaN leaves a gap. With ``symbol`` every point has a mark of that shape."""

    x: Values
    y: Values
    colour: str = INK
    width: float = 1.2
    dash: Dash = "solid"
    symbol: Symbol | None = None
    size: float = 6
    hover: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class Dots:
    """Marks at points (N,), ``size`` pixels across."""

    x: Values
    y: Values
    colour: str = INK
    symbol: Symbol = "circle"
    size: float = 8
    opacity: float = 1.0
    hover: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True)
class Bars:
    """A histogram: ``counts`` (N,) between ``edges`` (N + 1,). Texts may use ``low`` and ``high`` too."""

    edges: Values
    counts: Values
    colour: str = INK
    hover: str = ""


@dataclass(frozen=True)
class Area:
    """What lies between ``low`` (N,) and ``high`` (N,)."""

    x: Values
    low: Values
    high: Values
    colour: str = FAINT


@dataclass(frozen=True)
class Upright:
    """A vertical line at ``x``, or with ``to`` the strip from there to ``to``."""

    x: float
    colour: str = FAINT
    to: float | None = None
    opacity: float = 1.0


@dataclass(frozen=True)
class Level:
    """A horizontal line at ``y``."""

    y: float
    colour: str = FAINT
    dash: Dash = "solid"


@dataclass(frozen=True)
class Note:
    """A word that stands at a place of a panel, ``shift`` pixels right and up; ``x`` None is the axis' left end."""

    text: str
    x: float | None
    y: float
    colour: str = INK
    anchor: Literal["start", "end"] = "start"
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Axis:
    """What an axis spans and how it is marked.

    Without ``span`` it holds all the marks (and 0 with ``from_zero``); without ``ticks`` (value and its word) about
    ``count`` round numbers are marked, on a logarithmic axis the powers of ten. ``style`` is how a number is written.
    """

    title: str = ""
    span: tuple[float, float] | None = None
    log: bool = False
    ticks: Sequence[tuple[float, str]] | None = None
    count: int = 5
    from_zero: bool = False
    style: Literal["plain", "percent", "exponent", "power", "metric"] = "plain"


Mark = Line | Dots | Bars | Area | Upright | Level | Note


@dataclass(frozen=True)
class Panel:
    """Marks over one vertical axis; later ones cover earlier ones. ``x`` where it is not the chart's own axis."""

    y: Axis
    marks: Sequence[Mark]
    x: Axis | None = None
    heading: str = ""


@dataclass(frozen=True)
class Chart:
    """Panels below one another over one axis ``x``, or side by side with one scale for ``y``.

    Panels side by side go below one another where there is little room, each ``height`` pixels high. ``uprights`` run
    through all panels; ``headings`` are words above the highest one (side by side: above each), beginning at an x.
    With ``key`` the named lines of the first panel are told above the chart. ``says`` is the chart in words for those
    who do not see it.
    """

    panels: Sequence[Panel]
    height: int
    x: Axis = field(default_factory=Axis)
    uprights: Sequence[Upright] = ()
    headings: Sequence[tuple[float, str]] = ()
    beside: bool = False
    key: bool = False
    says: str = ""

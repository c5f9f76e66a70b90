"""Charts of the MLP and the residual stream: a nonlinearity with a token's values on it, lengths through the depth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.stream.activations import ACTIVATIONS
from vitviz.web.chart.charts import (
    ACCENT,
    INK,
    Axis,
    Bars,
    Chart,
    Dash,
    Dots,
    Level,
    Line,
    Panel,
    Symbol,
    Upright,
    Values,
)

POINTS = 241
BINS = 60
# Line and marker of each curve: none is told apart by colour alone.
DASHES: tuple[Dash, ...] = ("solid", "dash", "dot", "dashdot")
SYMBOLS: tuple[Symbol, ...] = ("circle", "diamond", "square-open")
TITLES = {"gelu": "GELU", "gelu_tanh": "GELU (tanh)", "quick_gelu": "QuickGELU", "relu": "ReLU"}


def activation_curve(
    pre: NDArray[np.floating],
    post: NDArray[np.floating],
    own: str,
    unit: int,
    words: tuple[str, str, str],
    says: str,
) -> Chart:
    """The hidden values (M,) of one token on the curve that made them, other curves beside it, and how they are spread.

    ``own`` is the model's nonlinearity; ``words`` are the axis, the middle panel's title and the lowest panel's.
    """
    low, high = min(-3.0, float(pre.min())), max(3.0, float(pre.max()))
    curves, gaps = _curves(own, np.linspace(low, high, POINTS))
    hover = "h[{unit:.0f}] = {x:.4f}, {y:.4f}"
    units = {"unit": range(len(pre))}
    cloud = Dots(pre, post, ACCENT, size=4, opacity=0.45, hover=hover, fields=units)
    ring = Dots([pre[unit]], [post[unit]], ACCENT, "circle-open", 11, hover=hover, fields={"unit": [unit]})
    counts, edges = np.histogram(pre, np.linspace(low, high, BINS + 1))
    bars = Bars(edges, counts, hover="{x:.2f}: {y:.0f}")
    return Chart(
        [
            Panel(Axis("a"), [Level(0), *curves, cloud, ring]),
            Panel(Axis(words[1], count=3, style="exponent"), [Level(0), *gaps]),
            Panel(Axis(words[2], count=3, from_zero=True), [bars]),
        ],
        430,
        Axis(words[0], span=(low, high)),
        uprights=[Upright(0), Upright(float(pre[unit]), ACCENT, opacity=0.5)],
        says=says,
    )


def _curves(own: str, x: NDArray[np.float64]) -> tuple[list[Line], list[Line]]:
    """The nonlinearities, the model's own as a full line, and how far the approximations are from exact GELU."""
    curves, gaps = [], []
    names = dict.fromkeys([own, "gelu", "gelu_tanh", "relu"])
    for name, dash in zip(names, DASHES, strict=False):
        y = ACTIVATIONS[name](x)
        curves.append(Line(x, y, dash=dash, hover=f"{TITLES[name]}({{x:.3f}}) = {{y:.4f}}"))
        if name not in ("gelu", "relu"):
            hover = f"{TITLES[name]} \u2212 GELU, {{x:.3f}}: {{y:.2g}}"
            gaps.append(Line(x, y - ACTIVATIONS["gelu"](x), dash=dash, hover=hover))
    return curves, gaps


def shares(
    panels: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    names: Sequence[str],
    at: int,
    title: str,
    says: str,
) -> Chart:
    """Shares of the hidden units at every block, a panel for each: the chosen token's and the mean over all tokens.

    The chosen token has a full line with dots, the mean a dotted one; ``at`` is the block that is looked at.
    """
    x, hover, fields = range(len(names)), "{block}: {y:.1%}", {"block": names}
    up = Axis(span=(0, 1), style="percent")
    drawn = [
        Panel(
            up,
            (
                Level(0.5),
                Line(x, mean, INK, 1.4, "dot", hover=hover, fields=fields),
                Line(x, chosen, ACCENT, 1.4, symbol="circle", size=5, hover=hover, fields=fields),
                Dots([at], [chosen[at]], ACCENT, "circle-open"),
            ),
            heading=heading,
        )
        for heading, (chosen, mean) in panels.items()
    ]
    return Chart(drawn, 200, _blocks(title, names), beside=True, says=says)


def lengths(
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    names: Sequence[str],
    at: int,
    breaks: Mapping[int, str],
    titles: tuple[str, str],
    says: str,
) -> Chart:
    """Lengths at every block on one scale, a panel for each group of series, a line with its own marker for each.

    Lines stop where a Swin's stage ends: ``breaks`` are the first blocks of further stages with a word for each.
    """
    colours = (INK, ACCENT, ACCENT)
    starts = {place - 0.5: word for place, word in breaks.items()}
    top = max(max(values) for series in panels.values() for values in series.values())
    up = Axis(titles[1], span=(0, 1.05 * top))
    return Chart(
        [
            Panel(up, _lines(series, names, colours, breaks), heading=heading)
            for heading, series in panels.items()
        ],
        230,
        _blocks(titles[0], names),
        uprights=[Upright(at, ACCENT, opacity=0.35), *(Upright(start) for start in starts)],
        headings=list(starts.items()),
        beside=True,
        says=says,
    )


def gradients(
    series: Mapping[str, Sequence[float]], names: Sequence[str], titles: tuple[str, str], says: str
) -> Chart:
    """Lengths of gradients at every block's input, on a logarithmic axis; what is exactly 0 has no place there."""
    shown = {name: np.where(np.array(values) > 0, values, np.nan) for name, values in series.items()}
    up = Axis(titles[1], log=True, count=4, style="exponent")
    lines = _lines(shown, names, (ACCENT, INK, INK))
    return Chart([Panel(up, lines)], 230, _blocks(titles[0], names), says=says)


def _lines(
    series: Mapping[str, Values], names: Sequence[str], colours: Sequence[str], breaks: Iterable[int] = ()
) -> list[Line]:
    """A line with a marker of its own for each of the series, in one piece from break to break."""
    edges = [0, *sorted(breaks), len(names)]
    return [
        Line(
            range(start, stop),
            values[start:stop],
            colour,
            symbol=symbol,
            hover=f"{{block}}: {name} {{y:.4g}}",
            fields={"block": names[start:stop]},
        )
        for (name, values), colour, symbol in zip(series.items(), colours, SYMBOLS, strict=False)
        for start, stop in pairwise(edges)
    ]


def _blocks(title: str, names: Sequence[str]) -> Axis:
    return Axis(title, span=(-0.3, len(names) - 0.7))

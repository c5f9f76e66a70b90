"""Charts of the MLP and the residual stream: a nonlinearity with a token's values on it, lengths through the depth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.activations import ACTIVATIONS
from vitviz.views.charts import (
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
    chosen: Sequence[float],
    mean: Sequence[float],
    names: Sequence[str],
    at: int,
    titles: tuple[str, str],
    says: str,
) -> Chart:
    """A share of the hidden units at every block: the chosen token (full line, dots) and the mean over all (dotted)."""
    x, hover, fields = range(len(names)), "{block}: {y:.1%}", {"block": names}
    marks = (
        Level(0.5),
        Line(x, mean, INK, 1.4, "dot", hover=hover, fields=fields),
        Line(x, chosen, ACCENT, 1.4, symbol="circle", size=5, hover=hover, fields=fields),
        Dots([at], [chosen[at]], ACCENT, "circle-open"),
    )
    up = Axis(titles[1], span=(0, 1), style="percent")
    return Chart([Panel(up, marks)], 190, _blocks(titles[0], names), says=says)


def lengths(
    series: Mapping[str, Sequence[float]],
    names: Sequence[str],
    at: int,
    breaks: Mapping[int, str],
    top: float,
    titles: tuple[str, str],
    says: str,
) -> Chart:
    """Lengths at every block, one line each with a marker of its own; lines stop where a Swin's stage ends.

    ``breaks`` are the first blocks of further stages with a word for each; ``top`` is the upper end of the axis, so
    that several charts can share it.
    """
    colours = (INK, ACCENT, ACCENT)
    starts = {place - 0.5: word for place, word in breaks.items()}
    return Chart(
        [Panel(Axis(titles[1], span=(0, 1.05 * top)), _lines(series, names, colours, breaks))],
        230,
        _blocks(titles[0], names),
        uprights=[Upright(at, ACCENT, opacity=0.35), *(Upright(start) for start in starts)],
        headings=list(starts.items()),
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

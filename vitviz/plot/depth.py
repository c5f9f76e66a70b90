"""Figures over the blocks of a model: lengths of the residual stream, shares of hidden units, lengths of gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Panel, Panels, Part, Symbol, cursor, level, line, upright
from vitviz.plot.numbers import MINUS
from vitviz.plot.panels import below, beside
from vitviz.plot.themes import ACCENT, INK, Theme

# Every line has a marker of its own: none is told apart by colour alone.
SYMBOLS: tuple[Symbol, ...] = ("circle", "diamond", "square-open")


@drawing
def length_lines(
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    blocks: Sequence[str],
    at: int | None = None,
    breaks: Mapping[int, str] | None = None,
    *,
    x_title: str = "block",
    y_title: str = "length",
    label: str = "Lengths of the residual stream and of what every block adds to it",
    theme: Theme = "light",
) -> Description:
    """Lengths at every block on one scale, a panel for each group of series, a line with its own marker for each.

    ``at`` is the block that is looked at. Lines stop where a Swin's stage ends: ``breaks`` are the first blocks of
    further stages with a word for each.
    """
    breaks = breaks or {}
    starts = {place - 0.5: word for place, word in breaks.items()}
    top = max(max(values) for series in panels.values() for values in series.values())
    up = Axis(y_title, span=(0, 1.05 * top))
    chosen = [] if at is None else [upright(at, ACCENT, opacity=0.35)]
    drawn = [
        Panel(up, _lines(series, blocks, (INK, ACCENT, ACCENT), breaks), heading=heading)
        for heading, series in panels.items()
    ]
    uprights = [*chosen, *(upright(start) for start in starts)]
    given = Panels(drawn, 230, _blocks(x_title, blocks), uprights, list(starts.items()), label)
    return beside(given, theme)


@drawing
def share_lines(
    panels: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    blocks: Sequence[str],
    at: int | None = None,
    *,
    x_title: str = "block",
    label: str = "Shares of the hidden units at every block",
    theme: Theme = "light",
) -> Description:
    """Shares of the hidden units at every block, a panel for each: the chosen token's and the mean over all tokens.

    The chosen token has a full line with dots, the mean a dotted one; ``at`` is the block that is looked at.
    """
    x, hover = range(len(blocks)), "%{text}: %{y:.1%}"
    drawn = [
        Panel(
            Axis(span=(0, 1), style="percent"),
            [
                line(x, mean, INK, 1.4, "dot", hover=hover, text=blocks),
                line(x, chosen, ACCENT, 1.4, symbol="circle", size=5, hover=hover, text=blocks),
            ],
            [level(0.5), *([] if at is None else [cursor(at, chosen[at], hollow=True)])],
            heading=heading,
        )
        for heading, (chosen, mean) in panels.items()
    ]
    return beside(Panels(drawn, 200, _blocks(x_title, blocks), label=label), theme)


@drawing
def gradient_lines(
    series: Mapping[str, Sequence[float]],
    blocks: Sequence[str],
    *,
    x_title: str = "block",
    y_title: str = "length of the gradient",
    label: str = "Lengths of the loss' gradient at every block's input",
    theme: Theme = "light",
) -> Description:
    """Lengths of gradients at every block's input, on a logarithmic axis; what is exactly 0 has no place there."""
    positive = {name: np.where(np.array(given) > 0, given, np.nan) for name, given in series.items()}
    up = Axis(y_title, log=True, style="exponent", ticks=_between_decades(*positive.values()))
    traces = _lines(positive, blocks, (ACCENT, INK, INK))
    return below(Panels([Panel(up, traces)], 230, _blocks(x_title, blocks), label=label), theme)


def _between_decades(*values: NDArray[np.float64]) -> list[tuple[float, str]] | None:
    """1, 2 and 5 of every decade as ticks where ``values`` span fewer than two decades; None where they span more."""
    found = np.concatenate(values)
    found = found[np.isfinite(found)]
    if not len(found) or found.max() >= 100 * found.min():
        return None
    decades = range(math.floor(math.log10(found.min())), math.ceil(math.log10(found.max())) + 1)
    marked = [(step * 10.0**decade, _power(step, decade)) for decade in decades for step in (1, 2, 5)]
    return [tick for tick in marked if found.min() / 2 <= tick[0] <= found.max() * 2]


def _power(digit: int, decade: int) -> str:
    """One digit times a power of ten, as plotly writes the ticks of the other logarithmic axes."""
    return f"{digit}e{decade}".replace("-", MINUS) if decade < -2 else f"{digit * 10.0**decade:g}"


def _lines(
    series: Mapping[str, ArrayLike], blocks: Sequence[str], colours: Sequence[str], breaks: Iterable[int] = ()
) -> list[Part]:
    """A line with a marker of its own for each of the series, in one piece from break to break."""
    edges = [0, *sorted(breaks), len(blocks)]
    return [
        line(
            range(start, stop),
            np.asarray(values)[start:stop],
            colour,
            symbol=symbol,
            hover=f"%{{text}}: {name} %{{y:.4~g}}",
            text=blocks[start:stop],
        )
        for (name, values), colour, symbol in zip(series.items(), colours, SYMBOLS, strict=False)
        for start, stop in pairwise(edges)
    ]


def _blocks(title: str, blocks: Sequence[str]) -> Axis:
    return Axis(title, span=(-0.3, len(blocks) - 0.7))

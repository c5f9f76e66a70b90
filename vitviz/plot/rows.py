"""Rows of measured values on one logarithmic axis: a name and a dot for each thing, or several kinds of dots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Note, Panel, Panels, Part, Symbol, dots, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, FAINT, Theme

ROW = 24  # pixels
ROUND = 66  # pixels above and below all rows
NAMES = 92  # pixels for the names
ROOM = 1.3  # at both ends of the axis
MOST_TICKS = 8


@dataclass(frozen=True)
class Series:
    """One kind of value: its name, a value for each row or None, its colour and symbol."""

    name: str
    values: Sequence[float | None]
    colour: str
    symbol: Symbol = "circle"


@drawing
def row_dots(
    names: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str,
    marked: float | None = None,
    marked_name: str = "",
    label: str,
    theme: Theme = "light",
) -> Description:
    """The first of ``names`` stands on top. Two kinds of a row are joined; ``marked`` is a value that all compare with.

    With one kind of value there is no legend.
    """
    places = range(len(names) - 1, -1, -1)
    traces: list[Part] = []
    for place, values in zip(places, zip(*(one.values for one in series), strict=True), strict=True):
        there = [value for value in values if value is not None]
        if len(there) > 1:
            traces.append(line([min(there), max(there)], [place, place], FAINT, 2))
    for one in series:
        shown = [(v, y, n) for v, y, n in zip(one.values, places, names, strict=True) if v is not None]
        traces.append(
            dots(
                [value for value, _, _ in shown], [place for _, place, _ in shown], one.colour, one.symbol, 10,
                hover=f"%{{text}}: %{{x:.3~g}} {unit}", text=[name for _, _, name in shown],
                name=one.name if len(series) > 1 else "",
            )
        )  # fmt: skip
    every = [value for one in series for value in one.values if value is not None]
    ends = [*every, *([marked] if marked else [])]
    span = (min(ends) / ROOM, max(ends) * ROOM) if ends else None
    shapes = [upright(marked, ACCENT, dash="dash")] if marked else []
    notes = [Note(marked_name, marked, len(names) - 0.6, ACCENT, "right", (-3, 0))] if marked else []
    y = Axis(span=(-0.6, len(names) - 0.4), ticks=list(zip(places, names, strict=True)))
    x = Axis(unit, span, log=True, ticks=_round(span) if span else None)
    drawn = below(Panels([Panel(y, traces, shapes, notes)], ROUND + ROW * len(names), x, label=label), theme)
    drawn["layout"]["margin"]["l"] = NAMES
    return drawn


def _round(span: tuple[float, float]) -> list[tuple[float, str]]:
    """1, 2 and 5 of every power of ten between two values, or the powers alone where those are many."""
    low, high = (math.log10(end) for end in span)
    powers = range(math.floor(low), math.ceil(high) + 1)
    for digits in ((1, 2, 5), (1,)):
        found = [
            (digit, power) for power in powers for digit in digits if span[0] <= digit * 10**power <= span[1]
        ]
        if len(found) <= MOST_TICKS:
            break
    return [(digit * 10.0**power, f"{digit * 10.0**power:g}") for digit, power in found]

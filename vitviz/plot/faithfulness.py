"""Deletion and insertion curves of one map or two, with the band of random orders; rank correlations part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, Part, band, level, line
from vitviz.plot.panels import below, beside
from vitviz.plot.themes import ACCENT, FAINT, INK, Theme

SECOND = "#3c82c8"
LOOKS: tuple[tuple[str, Dash, float], ...] = ((ACCENT, "solid", 2.2), (SECOND, "dash", 1.8))
HEIGHT = 245
TICKS = [(share / 100, str(share)) for share in (0, 25, 50, 75, 100)]  # of a title that ends in %
GAP = 0.1  # the two halves are two curves, each with an axis of its own


@dataclass(frozen=True)
class MapCurve:
    """One map's name and its score at every point of the deletion and of the insertion, (P,) each."""

    name: str
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]


@drawing
def removal_curves(
    maps: Sequence[MapCurve],
    gone: NDArray[np.float64],
    there: NDArray[np.float64],
    random_deletion: NDArray[np.float64],
    random_insertion: NDArray[np.float64],
    *,
    x_titles: tuple[str, str] = ("patches removed, %", "patches put back, %"),
    headings: tuple[str, str] = ("removed: low is good", "put back: high is good"),
    y_title: str = "probability",
    random_name: str = "random orders",
    label: str = "The score while patches are removed and inserted, with random orders as control",
    theme: Theme = "light",
) -> Description:
    """Two panels on one vertical scale; the band is from the lowest to the highest of the random orders (R, P)."""
    panels = []
    sides = (
        (x_titles[0], gone, random_deletion, [one.deletion for one in maps]),
        (x_titles[1], there, random_insertion, [one.insertion for one in maps]),
    )
    for heading, (x_title, x, random, curves) in zip(headings, sides, strict=True):
        traces: list[Part] = band(x, random.min(axis=0), random.max(axis=0))
        hover = f"{random_name}, %{{x:.0%}}: %{{y:.4~g}}"
        traces.append(line(x, random.mean(axis=0), INK, 1.2, "dot", hover=hover, name=random_name))
        for one, curve, (ink, dash, width) in zip(maps, curves, LOOKS, strict=False):
            hover = f"{one.name}, %{{x:.0%}}: %{{y:.4~g}}"
            traces.append(
                line(x, curve, ink, width, dash, symbol="circle", size=4, hover=hover, name=one.name)
            )
        axis = Axis(x_title, (0.0, 1.0), ticks=TICKS)
        panels.append(Panel(Axis(y_title, from_zero=True), traces, x=axis, heading=heading))
    return beside(Panels(panels, HEIGHT, label=label, gap=GAP), theme)


@drawing
def forgetting_line(
    parts: Sequence[str],
    similarity: Sequence[float],
    absolute: Sequence[float] | None = None,
    *,
    y_title: str = "rank correlation",
    names: tuple[str, str] = ("with sign", "sizes alone"),
    label: str = "Rank correlation with the original map, part after part made random from the top down",
    theme: Theme = "light",
) -> Description:
    """How like the original a map stays, (P,); NaN where it is flat. ``absolute`` is that of the sizes alone."""
    x = np.arange(len(parts))
    text = list(parts)
    drawn = [(names[0], similarity)] + ([(names[1], absolute)] if absolute is not None else [])
    traces = [
        line(
            x, np.asarray(values), ink, width, dash, symbol="circle", size=5, text=text,
            hover=f"{name}, %{{text}}: %{{y:.4~g}}", name=name if len(drawn) > 1 else "",
        )
        for (name, values), (ink, dash, width) in zip(drawn, LOOKS, strict=False)
    ]  # fmt: skip
    ticks = [(float(i), part) for i, part in enumerate(text)]
    panel = Panel(Axis(y_title, (-1.05, 1.05), count=4), traces, [level(0.0, FAINT), level(1.0, FAINT)])
    return below(Panels([panel], 220, Axis(span=(-0.4, len(parts) - 0.6), ticks=ticks), label=label), theme)

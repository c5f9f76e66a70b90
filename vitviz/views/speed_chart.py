"""Speed against size, both axes in powers: a line for every way, its name at its end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from vitviz.views.charts import ACCENT, INK, Part, figure, level, line

HEIGHT = 400  # pixels
DRAWN = 340  # of them between the axes
LETTERS = 13  # height of a line of text
DASHES = ("solid", "dot", "dash", "dashdot")


def speed_chart(
    lines: Mapping[str, Sequence[tuple[int, float]]],
    peak: float | None,
    axes: tuple[str, str],
    peak_name: str,
) -> go.Figure:
    """``lines`` are (size, GFLOP/s) by name, sizes powers of two; ``peak`` is drawn as a level."""
    parts = []
    for at, (name, points) in enumerate(lines.items()):
        sizes, speeds = [size for size, _ in points], [speed for _, speed in points]
        look = {"color": INK, "width": 1.5, "dash": DASHES[at % len(DASHES)]}
        parts.append(
            line(sizes, speeds, name=name, mode="lines+markers", marker={"size": 5, "color": INK})
            | {"line": look, "hovertemplate": f"{name}<br>n = %{{x}}: %{{y:.3g}} GFLOP/s<extra></extra>"}
        )
    notes = _names(lines)
    shapes = []
    if peak is not None:
        shapes.append(level(peak, colour=ACCENT, dash="dash"))
        notes.append(
            {"x": 0, "xref": "paper", "xanchor": "left", "y": math.log10(peak), "yanchor": "bottom",
             "text": f"{peak_name} {peak:.0f}", "showarrow": False, "font": {"color": ACCENT, "size": 12}}
        )  # fmt: skip
    ticks = sorted({size for points in lines.values() for size, _ in points})
    x = {"type": "log", "title": axes[0], "tickvals": ticks, "ticktext": [str(t) for t in ticks]}
    if ticks:
        x["range"] = [math.log10(ticks[0]) - 0.06, math.log10(ticks[-1]) + 0.75]
    powers = [10.0**p for p in range(-3, 5)]
    y = {"type": "log", "title": axes[1], "tickvals": powers, "ticktext": [f"{p:g}" for p in powers]}
    return figure(parts, HEIGHT, x=x, ys=[y], shapes=shapes, annotations=notes)


def _names(lines: Mapping[str, Sequence[tuple[int, float]]]) -> list[Part]:
    """Each line's name right of its last point, moved up where it would cover the name below."""
    every = [math.log10(speed) for points in lines.values() for _, speed in points]
    pixels = DRAWN / ((max(every) - min(every) or 1.0) * 1.1) if every else 1.0
    notes = []
    taken: dict[int, float] = {}
    for name, points in sorted(lines.items(), key=lambda item: item[1][-1][1]):
        size, speed = points[-1]
        at = math.log10(speed) * pixels
        shown = max(at, taken.get(size, -math.inf) + LETTERS)
        taken[size] = shown
        notes.append(
            {"x": math.log10(size), "y": math.log10(speed), "text": name, "showarrow": False, "xanchor": "left",
             "xshift": 6, "yshift": shown - at, "font": {"size": 12, "color": INK}}
        )  # fmt: skip
    return notes

"""Speed against size, both axes in powers: a line for every way, its name at its end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from vitviz.views.charts import ACCENT, INK, Axis, Chart, Dash, Level, Line, Mark, Note, Panel

HEIGHT = 400  # pixels
DRAWN = 340  # of them between the axes
LETTERS = 13  # height of a line of text
DASHES: tuple[Dash, ...] = ("solid", "dot", "dash", "dashdot")

Points = Sequence[tuple[int, float]]


def speed_chart(
    lines: Mapping[str, Points], peak: float | None, axes: tuple[str, str], peak_name: str, says: str
) -> Chart:
    """``lines`` are (size, GFLOP/s) by name, sizes powers of two; ``peak`` is drawn as a level."""
    marks: list[Mark] = []
    if peak is not None:
        marks.append(Level(peak, ACCENT, "dash"))
        marks.append(Note(f"{peak_name} {peak:.0f}", None, peak, ACCENT, shift=(2, 4)))
    for at, (name, points) in enumerate(lines.items()):
        sizes, speeds = [size for size, _ in points], [speed for _, speed in points]
        hover = f"{name}\nn = {{x:.0f}}: {{y:.3g}} GFLOP/s"
        marks.append(Line(sizes, speeds, INK, 1.5, DASHES[at % len(DASHES)], "circle", 5, hover))
    marks += _names(lines)
    ticks = sorted({size for points in lines.values() for size, _ in points})
    span = (ticks[0] / 1.15, ticks[-1] * 5.6) if ticks else None  # room for the names at the right
    x = Axis(axes[0], span, log=True, ticks=[(size, str(size)) for size in ticks])
    return Chart([Panel(Axis(axes[1], log=True, count=8), marks)], HEIGHT, x, says=says)


def _names(lines: Mapping[str, Points]) -> list[Note]:
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
        notes.append(Note(name, size, speed, shift=(6, shown - at - LETTERS / 3)))
    return notes

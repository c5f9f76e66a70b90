"""Speed against size, both axes in powers: a line for every way, all names below one another at the right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from vitviz.web.chart.charts import ACCENT, FAINT, INK, Axis, Chart, Dash, Level, Line, Mark, Note, Panel

HEIGHT = 400  # pixels
DRAWN = 340  # of them between the axes
LETTERS = 13  # height of a line of text
ROOM = 6.5  # the axis goes on to that many times the largest size: there the names stand
DASHES: tuple[Dash, ...] = ("solid", "dash", "dot")
COLOURS = (INK, "#3c82c8", "#2f9e77", ACCENT)

Points = Sequence[tuple[int, float]]


def speed_chart(
    lines: Mapping[str, Points],
    families: Mapping[str, int],
    peak: float | None,
    axes: tuple[str, str],
    peak_name: str,
    says: str,
) -> Chart:
    """``lines`` are (size, GFLOP/s) by name, sizes powers of two; ``peak`` is drawn as a level.

    Lines of one family (a number for each name) have one colour and differ in their dashes.
    """
    marks: list[Mark] = []
    if peak is not None:
        marks.append(Level(peak, ACCENT, "dash"))
        marks.append(Note(f"{peak_name} {peak:.0f}", None, peak, ACCENT, shift=(2, 4)))
    ticks = sorted({size for points in lines.values() for size, _ in points})
    places = _apart(lines, peak)
    seen: dict[int, int] = {}
    for name, points in lines.items():
        sizes, speeds = [size for size, _ in points], [speed for _, speed in points]
        hover = f"{name}\nn = {{x:.0f}}: {{y:.3g}} GFLOP/s"
        family = families[name]
        colour, dash = COLOURS[family % len(COLOURS)], DASHES[seen.get(family, 0) % len(DASHES)]
        seen[family] = seen.get(family, 0) + 1
        if (sizes[-1], speeds[-1]) != (ticks[-1], places[name]):
            marks.append(Line([sizes[-1], ticks[-1] * 1.12], [speeds[-1], places[name]], FAINT, 1))
        marks.append(Line(sizes, speeds, colour, 1.6, dash, "circle", 5, hover))
        marks.append(Note(name, ticks[-1] * 1.12, places[name], colour, shift=(3, -LETTERS / 3)))
    span = (ticks[0] / 1.15, ticks[-1] * ROOM) if ticks else None
    x = Axis(axes[0], span, log=True, ticks=[(size, str(size)) for size in ticks])
    return Chart([Panel(Axis(axes[1], log=True, count=8), marks)], HEIGHT, x, says=says)


def _apart(lines: Mapping[str, Points], peak: float | None) -> dict[str, float]:
    """At which speed each line's name stands: that of its last point, or as far below the name above as it needs."""
    every = [math.log10(speed) for points in lines.values() for _, speed in points]
    letters = LETTERS * ((max(every) - min(every) or 1.0) * 1.1) / DRAWN if every else 0.0  # in powers of ten
    places: dict[str, float] = {}
    above = (
        math.inf if peak is None else math.log10(peak) + 0.2 * letters
    )  # the peak's line goes through no name
    for name, points in sorted(lines.items(), key=lambda item: -item[1][-1][1]):
        last = points[-1][1]
        above = min(math.log10(last), above - letters)
        places[name] = min(last, 10**above)
    return places

"""What attention costs: multiply-adds by formula for every stage, milliseconds and speeds as they were measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Note, Panel, Panels, Part, Symbol, dots, level, line
from vitviz.plot.panels import below, beside
from vitviz.plot.themes import ACCENT, FAINT, INK, Theme

GLOBAL_INK = "#e07a1f"
WINDOW_INK = "#2f6bff"
# Colour, dashes and marker of global and of windowed attention.
LOOKS: tuple[tuple[str, Dash, Symbol], ...] = (
    (GLOBAL_INK, "dash", "square"),
    (WINDOW_INK, "solid", "circle"),
)
ROOM = 1.15  # at both ends of the axis of sides

SPEED_HEIGHT, SPEED_DRAWN = 400, 340  # pixels of the speeds' figure, and of them between the axes
LETTERS = 13  # height of a line of text
NAMES_ROOM = 6.5  # the axis goes on to that many times the largest size: there the names stand
SPEED_DASHES: tuple[Dash, ...] = ("solid", "dash", "dot")
SPEED_COLOURS = (INK, "#3c82c8", "#2f9e77", ACCENT)

Points = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Curve:
    """One way to attend: its cost for each side of the map, in patches, and its cost for the picture's own map."""

    label: str
    sides: Sequence[int]
    costs: Sequence[float]
    own: float = 0.0


@dataclass(frozen=True)
class StageCost:
    """One stage: its title, the side of the picture's own map, global and windowed attention."""

    title: str
    side: float
    everything: Curve
    windowed: Curve


@drawing
def cost_curves(
    stages: Sequence[StageCost],
    *,
    x_title: str = "side of the map, in patches",
    y_title: str = "multiply-adds",
    label: str = "Multiply-adds of global and windowed attention against the side of the map",
    theme: Theme = "light",
) -> Description:
    """A panel for each stage on the same logarithmic axes; the picture's own map is a dot on both curves."""
    panels = []
    for i, stage in enumerate(stages):
        curves = (stage.everything, stage.windowed)
        traces: list[Part] = []
        for curve, (ink, dash, _) in zip(curves, LOOKS, strict=True):
            traces.append(line(curve.sides, curve.costs, ink, 2, dash, hover=_hover(curve)))
            traces.append(dots([stage.side], [curve.own], ink, size=9, hover=_hover(curve)))
        notes = [] if i else [_note(curve, ink) for curve, (ink, _, _) in zip(curves, LOOKS, strict=True)]
        x = _sides("" if i else x_title, _fourfold(stage.windowed.sides), stage.windowed.sides[-1])
        panels.append(Panel(Axis(y_title, log=True, style="metric"), traces, (), notes, x, stage.title))
    return beside(Panels(panels, 280, label=label), theme)


@drawing
def race_lines(
    curves: Sequence[Curve],
    *,
    x_title: str = "side of the map, in patches",
    y_title: str = "ms",
    label: str = "Measured milliseconds of global and windowed attention",
    theme: Theme = "light",
) -> Description:
    """Measured milliseconds (``costs``) over the side of the map, logarithmic, global attention first."""
    traces, notes = [], []
    for curve, (ink, dash, symbol) in zip(curves, LOOKS, strict=True):
        traces.append(
            line(curve.sides, curve.costs, ink, 2, dash, symbol=symbol, size=7, hover=_hover(curve))
        )
        if curve.sides:
            notes.append(_note(curve, ink))
    sides = sorted({side for curve in curves for side in curve.sides})
    panel = Panel(Axis(y_title, log=True), traces, (), notes)
    return below(Panels([panel], 300, _sides(x_title, sides, sides[-1]), label=label), theme)


def _hover(curve: Curve) -> str:
    return f"{curve.label}, %{{x:.4~g}}: %{{y:.4~g}}"


def _sides(title: str, marked: Sequence[int], last: int) -> Axis:
    span = (marked[0] / ROOM, last * ROOM)
    return Axis(title, span, log=True, ticks=[(side, str(side)) for side in marked])


def _fourfold(sides: Sequence[int]) -> list[int]:
    """The smallest side, then every fourfold one: few enough to be read in a narrow panel."""
    found = [sides[0]]
    while found[-1] * 4 <= sides[-1]:
        found.append(found[-1] * 4)
    return found


def _note(curve: Curve, ink: str) -> Note:
    """A curve's name beside it: the upper one above its end, the lower one below its middle."""
    if ink == GLOBAL_INK:
        at = max(0, len(curve.sides) - 2)
        return Note(curve.label, curve.sides[at], curve.costs[at], ink, "right", shift=(0, 4))
    at = len(curve.sides) // 2
    return Note(curve.label, curve.sides[at], curve.costs[at], ink, shift=(0, -22))


@drawing
def speed_lines(
    lines: Mapping[str, Points],
    families: Mapping[str, int] | None = None,
    peak: float | None = None,
    *,
    x_title: str = "n of n x n matrices",
    y_title: str = "GFLOP/s",
    peak_name: str = "peak",
    label: str = "Measured speed of matrix products against their size",
    theme: Theme = "light",
) -> Description:
    """``lines`` are (size, GFLOP/s) by name, sizes powers of two; ``peak`` is drawn as a level.

    Lines of one family (a number for each name) have one colour and differ in their dashes; all names stand below one
    another at the right.
    """
    families = families or {name: number for number, name in enumerate(lines)}
    shapes, notes, traces = [], [], []
    if peak is not None:
        shapes.append(level(peak, ACCENT, "dash"))
        notes.append(Note(f"{peak_name} {peak:.0f}", None, peak, ACCENT, shift=(2, 2)))
    ticks = sorted({size for points in lines.values() for size, _ in points})
    places = _apart(lines, peak)
    seen: dict[int, int] = {}
    for name, points in lines.items():
        sizes, speeds = [size for size, _ in points], [speed for _, speed in points]
        family = families[name]
        colour = SPEED_COLOURS[family % len(SPEED_COLOURS)]
        dash = SPEED_DASHES[seen.get(family, 0) % len(SPEED_DASHES)]
        seen[family] = seen.get(family, 0) + 1
        end = ticks[-1] * 1.12
        if (sizes[-1], speeds[-1]) != (ticks[-1], places[name]):
            traces.append(line([sizes[-1], end], [speeds[-1], places[name]], FAINT, 1))
        hover = f"{name}<br>n = %{{x:.0f}}: %{{y:.3~g}} GFLOP/s"
        traces.append(line(sizes, speeds, colour, 1.6, dash, symbol="circle", size=5, hover=hover))
        notes.append(Note(name, end, places[name], colour, shift=(3, -LETTERS / 2 - 2)))
    span = (ticks[0] / 1.15, ticks[-1] * NAMES_ROOM) if ticks else None
    x = Axis(x_title, span, log=True, ticks=[(size, str(size)) for size in ticks])
    panel = Panel(Axis(y_title, log=True), traces, shapes, notes)
    return below(Panels([panel], SPEED_HEIGHT, x, label=label), theme)


def _apart(lines: Mapping[str, Points], peak: float | None) -> dict[str, float]:
    """At which speed each line's name stands: that of its last point, or as far below the name above as it needs."""
    every = [math.log10(speed) for points in lines.values() for _, speed in points]
    letters = (
        LETTERS * ((max(every) - min(every) or 1.0) * 1.1) / SPEED_DRAWN if every else 0.0
    )  # in powers of ten
    places: dict[str, float] = {}
    # The peak's line goes through no name.
    above = math.inf if peak is None else math.log10(peak) + 0.2 * letters
    for name, points in sorted(lines.items(), key=lambda item: -item[1][-1][1]):
        last = points[-1][1]
        above = min(math.log10(last), above - letters)
        places[name] = min(last, 10**above)
    return places

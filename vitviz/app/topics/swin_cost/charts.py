"""Charts of what attention costs: multiply-adds by formula for every stage, and milliseconds as they were measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitviz.web.chart.charts import Axis, Chart, Dash, Dots, Line, Mark, Note, Panel, Symbol

GLOBAL_INK = "#e07a1f"
WINDOW_INK = "#2f6bff"
# Ink, dashes and marker of global and of windowed attention.
LOOKS: tuple[tuple[str, Dash, Symbol], ...] = (
    (GLOBAL_INK, "dash", "square"),
    (WINDOW_INK, "solid", "circle"),
)
ROOM = 1.15  # at both ends of the axis of sides


@dataclass(frozen=True)
class Curve:
    """One way to attend: its cost for each side of the map, in patches, and its cost for the picture's own map."""

    label: str
    sides: Sequence[int]
    costs: Sequence[float]
    own: float


@dataclass(frozen=True)
class Stage:
    """One stage: its title, the side of the picture's own map, global and windowed attention."""

    title: str
    side: float
    everything: Curve
    windowed: Curve


def cost_curves(stages: Sequence[Stage], x_title: str, y_title: str, says: str) -> Chart:
    """A panel for each stage on the same logarithmic axes; the picture's own map is a dot on both curves."""
    panels = []
    for i, stage in enumerate(stages):
        curves = (stage.everything, stage.windowed)
        marks: list[Mark] = []
        for curve, (ink, dash, _) in zip(curves, LOOKS, strict=True):
            marks.append(Line(curve.sides, curve.costs, ink, 2, dash, hover=_hover(curve)))
            marks.append(Dots([stage.side], [curve.own], ink, size=9, hover=_hover(curve)))
        if i == 0:
            marks += [_label(curve, ink) for curve, (ink, _, _) in zip(curves, LOOKS, strict=True)]
        x = _sides(x_title if i == 0 else "", _fourfold(stage.windowed.sides), stage.windowed.sides[-1])
        panels.append(Panel(Axis(y_title, log=True, count=8, style="metric"), marks, x, stage.title))
    return Chart(panels, 280, beside=True, says=says)


def race_chart(curves: Sequence[Curve], x_title: str, y_title: str, says: str) -> Chart:
    """Measured milliseconds (``costs``) over the side of the map, logarithmic, global attention first."""
    marks: list[Mark] = []
    for curve, (ink, dash, symbol) in zip(curves, LOOKS, strict=True):
        marks.append(Line(curve.sides, curve.costs, ink, 2, dash, symbol, 7, _hover(curve)))
        if curve.sides:
            marks.append(_label(curve, ink))
    sides = sorted({side for curve in curves for side in curve.sides})
    return Chart(
        [Panel(Axis(y_title, log=True, count=8), marks)], 300, _sides(x_title, sides, sides[-1]), says=says
    )


def _hover(curve: Curve) -> str:
    return f"{curve.label}, {{x:.4g}}: {{y:.4g}}"


def _sides(title: str, marked: Sequence[int], last: int) -> Axis:
    span = (marked[0] / ROOM, last * ROOM)
    return Axis(title, span, log=True, ticks=[(side, str(side)) for side in marked])


def _fourfold(sides: Sequence[int]) -> list[int]:
    """The smallest side, then every fourfold one: few enough to be read in a narrow panel."""
    found = [sides[0]]
    while found[-1] * 4 <= sides[-1]:
        found.append(found[-1] * 4)
    return found


def _label(curve: Curve, ink: str) -> Note:
    """A curve's name beside it: the upper one above its end, the lower one below its middle."""
    if ink == GLOBAL_INK:
        at = max(0, len(curve.sides) - 2)
        return Note(curve.label, curve.sides[at], curve.costs[at], ink, "end", shift=(0, 6))
    at = len(curve.sides) // 2
    return Note(curve.label, curve.sides[at], curve.costs[at], ink, shift=(0, -14))

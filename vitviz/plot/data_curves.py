"""Accuracy against the number of training pictures: every seed a mark, a line through the means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Note, Panel, Panels, Part, Symbol, dots, level, line
from vitviz.plot.panels import beside
from vitviz.plot.themes import ACCENT, INK, Theme

Points = Mapping[int, Sequence[float]]  # number of pictures -> accuracy of every seed
# Colour, dashes and marks: no line is told apart by colour alone. Then where its name stands, beside its middle mark.
LOOKS: tuple[tuple[str, Dash, Symbol, tuple[float, float]], ...] = (
    (INK, "solid", "circle", (8, -16)),
    (ACCENT, "dash", "diamond", (8, -16)),
    (ACCENT, "solid", "square-open", (8, -14)),
)
ROOM = 1.3  # beside the first and the last number of pictures


@drawing
def data_curves(
    panels: Mapping[str, Mapping[str, Points]],
    chance: float,
    *,
    x_title: str = "training pictures",
    y_title: str = "accuracy",
    chance_name: str = "chance",
    label: str = "Accuracy against the number of training pictures",
    theme: Theme = "light",
) -> Description:
    """A panel for each measure, in it a line for each network; ``chance`` is drawn as a level.

    The first panel has the names.
    """
    drawn: list[Panel] = []
    for heading, networks in panels.items():
        traces: list[Part] = []
        notes = [Note(chance_name, None, chance, INK, shift=(2, 2))]
        counts = sorted({count for points in networks.values() for count in points})
        for (name, points), (ink, dash, symbol, shift) in zip(networks.items(), LOOKS, strict=False):
            means = [fmean(points[count]) for count in counts]
            hover = f"{name}, %{{x:,}}: %{{y:.1%}}"
            traces.append(line(counts, means, ink, 2, dash, hover=hover))
            if not drawn:
                middle = len(counts) // 2
                notes.append(Note(name, counts[middle], means[middle], ink, shift=shift))
            x = [count for count in counts for _ in points[count]]
            every = [value for count in counts for value in points[count]]
            traces.append(dots(x, every, ink, symbol, 7, hover=hover))
        across = Axis(
            x_title, (counts[0] / ROOM, counts[-1] * ROOM), log=True, ticks=[(n, f"{n:,}") for n in counts]
        )
        up = Axis(y_title, (0, 1.03), style="percent")
        drawn.append(Panel(up, traces, [level(chance)], notes, across, heading))
    return beside(Panels(drawn, 320, label=label), theme)

"""What a layer of each family of models costs as a row of tokens grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, Part, dots, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, FAINT, INK, Theme

LOOKS: tuple[tuple[str, Dash], ...] = (
    (ACCENT, "solid"),
    ("#3c82c8", "solid"),
    ("#2f9e77", "dash"),
    (INK, "dot"),
)


@dataclass(frozen=True)
class Growth:
    """One way to compute: its cost for each number of tokens, and for the number that is chosen."""

    label: str
    tokens: Sequence[int]
    costs: Sequence[int]
    own: int


@drawing
def growth_of_cost(
    curves: Sequence[Growth],
    chosen: int,
    *,
    x_title: str = "n, tokens in the row",
    y_title: str = "multiply-adds",
    label: str = "Multiply-adds of one layer against the number of tokens",
    theme: Theme = "light",
) -> Description:
    """Each cost over the number of tokens, both logarithmic; the chosen number is marked on all of them."""
    traces: list[Part] = []
    for curve, (ink, dash) in zip(curves, LOOKS, strict=False):
        hover = f"{curve.label}, n = %{{x}}: %{{y:,}}"
        traces.append(line(curve.tokens, curve.costs, ink, 2, dash, hover=hover, name=curve.label))
        traces.append(dots([chosen], [curve.own], ink, size=9, hover=hover))
    ticks = [(tokens, str(tokens)) for tokens in curves[0].tokens if tokens & (tokens - 1) == 0][::2]
    x = Axis(x_title, (curves[0].tokens[0] / 1.1, curves[0].tokens[-1] * 1.1), log=True, ticks=ticks)
    panel = Panel(Axis(y_title, log=True, style="metric"), traces, [upright(chosen, FAINT)])
    return below(Panels([panel], 340, x, label=label), theme)

"""Charts of a layer norm's numbers: over the tokens, of one token's values, and through the depth of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.spread import Spread
from vitviz.views.charts import (
    ACCENT,
    FAINTEST,
    INK,
    Area,
    Axis,
    Bars,
    Chart,
    Dots,
    Field,
    Level,
    Line,
    Panel,
    Symbol,
    Upright,
)

BINS = 64
HEIGHT = 260


def over_tokens(
    panels: Mapping[str, NDArray[np.floating]],
    token: int,
    prefix: Sequence[str],
    large: Sequence[int],
    threshold: float,
    title: str,
    says: str,
) -> Chart:
    """One panel below another, each a number of every token (N,); the last is the norm, with its threshold.

    The chosen token is a full dot, prefix tokens are diamonds, those with a large norm open circles.
    """
    shown: tuple[tuple[list[int], str, Symbol], ...] = (
        (list(range(len(prefix))), INK, "diamond"),
        (list(large), ACCENT, "circle-open"),
        ([token], ACCENT, "circle"),
    )
    drawn = []
    for name, values in panels.items():
        hover = f"{{x:.0f}}: {name} {{y:.5g}}"
        patches = np.arange(len(prefix), len(values))
        line = Line(patches, values[patches], hover=hover)
        dots = [Dots(at, values[at], colour, symbol, hover=hover) for at, colour, symbol in shown]
        drawn.append(Panel(Axis(name, count=4, from_zero=True), [line, *dots]))  # what is flat looks flat
    up = Axis(name, span=(0, 1.08 * max(threshold, float(values.max()))), count=4)
    drawn[-1] = Panel(up, [Level(threshold, INK, "dot"), *drawn[-1].marks])
    along = Axis(title, span=(-0.02 * len(values), 1.02 * len(values)))
    return Chart(drawn, HEIGHT, along, says=says)


def three_histograms(panels: Mapping[str, NDArray[np.floating]], says: str) -> Chart:
    """Vectors (D,) as histograms below one another, on one axis of values: how each step moves and stretches them.

    The line through each is its mean, the band one standard deviation to both sides.
    """
    low = min(float(values.min()) for values in panels.values())
    high = max(float(values.max()) for values in panels.values())
    edges = np.linspace(low, high, BINS + 1)
    return Chart([_histogram(name, values, edges) for name, values in panels.items()], HEIGHT, says=says)


def _histogram(name: str, values: NDArray[np.floating], edges: NDArray[np.floating]) -> Panel:
    mean, std = float(values.mean()), float(values.std())
    counts, _ = np.histogram(values, edges)
    marks = (
        Upright(mean - std, ACCENT, to=mean + std, opacity=0.14),
        Bars(edges, counts, hover="{low:.3g} \u2026 {high:.3g}: {y:.0f}"),
        Upright(mean, ACCENT),
    )
    return Panel(Axis(name, count=3, from_zero=True), marks)


def through_depth(
    chosen: Sequence[float],
    band: Spread,
    names: Sequence[str],
    at: int,
    stages: Mapping[int, str],
    titles: tuple[str, str],
    says: str,
) -> Chart:
    """One token's number at every layer norm in order, over all tokens' quartiles and range.

    ``at`` is the layer norm that is looked at; ``stages`` are words for the places where a stage begins.
    """
    x = range(len(names))
    ends: dict[str, Field] = {"name": names, "low": band.low, "high": band.high}
    hover = "{name}: {y:.5g}"
    marks = (
        Area(x, band.low, band.high, FAINTEST),
        Area(x, band.lower, band.upper),
        Line(x, band.median, hover="{name}: median {y:.4g}, {low:.4g} \u2026 {high:.4g}", fields=ends),
        Line(x, chosen, ACCENT, 1.6, hover=hover, fields={"name": names}),
        Dots([at], [chosen[at]], ACCENT, hover=hover, fields={"name": [names[at]]}),
    )
    return Chart(
        [Panel(Axis(titles[1], from_zero=True), marks)],
        230,
        Axis(titles[0]),
        uprights=[Upright(place) for place in stages],
        headings=list(stages.items()),
        says=says,
    )

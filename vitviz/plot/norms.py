"""Figures of layer norms: every token at one of them, one token through all of them, and one token's three steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Panel, Panels, Part, band, bars, cursor, dots, level, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, FAINTEST, INK, Theme

if TYPE_CHECKING:
    from vitviz.analysis.norm_depth.spread import Spread

BINS = 64
ROOM = 1.08  # above the highest norm
QUANTITIES = {"mean": "\u03bc", "scale": "\u221a(\u03c3\u00b2+\u03b5)", "norm": "\u2016x\u2016"}


@dataclass(frozen=True)
class TokenNumbers:
    """Mean, scale and norm of every token at one layer norm, (N,) each, the ``prefix`` tokens first.

    ``large`` are the tokens whose norm is above ``threshold``.
    """

    mean: NDArray[np.floating]
    scale: NDArray[np.floating]
    norm: NDArray[np.floating]
    prefix: int = 0
    large: Sequence[int] = ()
    threshold: float | None = None


@drawing
def token_lines(
    numbers: TokenNumbers,
    token: int | None = None,
    *,
    x_title: str = "token",
    label: str = "Mean, scale and norm of every token at one layer norm",
    theme: Theme = "light",
) -> Description:
    """Mean, scale and norm of every token below one another; the norm with the threshold of what is called large.

    Prefix tokens are diamonds, those with a large norm open circles; ``token``, which is looked at, is a full dot.
    Each trace's ``meta`` says which ``quantity`` it shows and whose: "patches", "prefix" or "large".
    """
    count, first = len(numbers.mean), numbers.prefix
    panels = []
    for quantity, name in QUANTITIES.items():
        values: NDArray[np.floating] = getattr(numbers, quantity)
        hover = f"%{{x:.0f}}: {name} %{{y:.5~g}}"
        large = np.array(numbers.large, dtype=np.int64)
        traces = {
            "patches": line(np.arange(first, count), values[first:], hover=hover),
            "prefix": dots(np.arange(first), values[:first], INK, "diamond", hover=hover),
            "large": dots(large, values[large], ACCENT, "circle-open", hover=hover),
        }
        marked = [
            {**trace, "meta": {"quantity": quantity, "tokens": whose}} for whose, trace in traces.items()
        ]
        shapes = [] if token is None else [{**cursor(token, float(values[token])), "name": quantity}]
        axis, threshold = Axis(name, count=4, from_zero=True), numbers.threshold
        if quantity == "norm" and threshold is not None:
            axis = Axis(name, (0, ROOM * max(threshold, float(values.max()))), count=4)
            shapes.insert(0, {**level(threshold, INK, "dot"), "name": "threshold"})
        panels.append(Panel(axis, marked, shapes))
    x = Axis(x_title, span=(-0.02 * count, 1.02 * count))
    return below(Panels(panels, 260, x, label=label), theme)


@drawing
def depth_band(
    chosen: Sequence[float] | NDArray[np.floating],
    spread: Spread,
    names: Sequence[str],
    at: int | None = None,
    breaks: Mapping[int, str] | None = None,
    *,
    x_title: str = "layer norm",
    y_title: str = "",
    median: str = "median",
    label: str = "One token's number at every layer norm, over all tokens' quartiles and range",
    theme: Theme = "light",
) -> Description:
    """One token's number at every layer norm in order, over all tokens' quartiles and range.

    ``at`` is the layer norm that is looked at; ``breaks`` say where a stage begins, with a word for each.
    """
    breaks = breaks or {}
    x = np.arange(len(names))
    ends = np.stack([spread.low, spread.high], axis=1).tolist()
    middle = f"%{{text}}: {median} %{{y:.4~g}}, %{{customdata[0]:.4~g}} \u2026 %{{customdata[1]:.4~g}}"
    traces = [
        *band(x, spread.low, spread.high, FAINTEST),
        *band(x, spread.lower, spread.upper),
        line(x, spread.median, hover=middle, text=names, custom=ends),
        line(x, chosen, ACCENT, 1.6, hover="%{text}: %{y:.5~g}", text=names) | {"meta": {"tokens": "chosen"}},
    ]
    shapes = [] if at is None else [{**cursor(at, float(chosen[at])), "name": "chosen"}]
    panel = Panel(Axis(y_title, from_zero=True), traces, shapes)
    uprights = [upright(place) for place in breaks]
    return below(Panels([panel], 230, Axis(x_title), uprights, list(breaks.items()), label), theme)


@drawing
def histograms(
    panels: Mapping[str, NDArray[np.floating]],
    *,
    x_title: str = "",
    label: str = "One token's values at the steps of a layer norm",
    theme: Theme = "light",
) -> Description:
    """Vectors (D,) as histograms below one another, on one axis of values: how each step moves and stretches them.

    The line through each is its mean, the band one standard deviation to both sides.
    """
    low = min(float(values.min()) for values in panels.values())
    high = max(float(values.max()) for values in panels.values())
    edges = np.linspace(low, high, BINS + 1)
    drawn = [_histogram(name, values, edges) for name, values in panels.items()]
    return below(Panels(drawn, 260, Axis(x_title), label=label), theme)


def _histogram(name: str, values: NDArray[np.floating], edges: NDArray[np.floating]) -> Panel:
    mean, std = float(values.mean()), float(values.std())
    counts, _ = np.histogram(values, edges)
    hover = "%{customdata[0]:.3~g} \u2026 %{customdata[1]:.3~g}: %{y:.0f}"
    shapes: list[Part] = [upright(mean - std, ACCENT, to=mean + std, opacity=0.14), upright(mean, ACCENT)]
    return Panel(Axis(name, count=3, from_zero=True), [bars(edges, counts, hover=hover)], shapes)

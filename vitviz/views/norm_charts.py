"""Charts of a layer norm's numbers: over the tokens, of one token's values, and through the depth of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from vitviz.analysis.spread import Spread
from vitviz.views.charts import (
    ACCENT,
    FAINT,
    FAINTEST,
    INK,
    Part,
    dots,
    figure,
    heading,
    level,
    line,
    panel,
    upright,
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
) -> go.Figure:
    """One panel below another, each a number of every token (N,); the last is the norm, with its threshold.

    The chosen token is a full dot, prefix tokens are diamonds, those with a large norm open circles.
    """
    traces: list[Part] = []
    ys: list[Part] = []
    first, number = len(prefix), 0
    for i, (name, values) in enumerate(panels.items()):
        more: Part = {"yaxis": panel(i), "hovertemplate": f"%{{x}}: {name} %{{y:.5g}}<extra></extra>"}
        traces.append(line(np.arange(first, len(values)), values[first:], **more))
        traces.append(dots(range(first), values, "diamond", INK, **more))
        traces.append(dots(large, values, "circle-open", ACCENT, **more))
        traces.append(dots([token], values, "circle", ACCENT, **more))
        ys.append({"title": {"text": name}, "nticks": 4, "rangemode": "tozero"})  # what is flat looks flat
        number, top = len(values), float(values.max())
    ys[-1]["range"] = [0, 1.08 * max(threshold, top)]
    x = {"title": {"text": title}, "range": [-0.02 * number, 1.02 * number]}
    return figure(traces, HEIGHT, x=x, ys=ys, shapes=[level(threshold, panel(len(ys) - 1), INK, "dot")])


def three_histograms(panels: Mapping[str, NDArray[np.floating]]) -> go.Figure:
    """Vectors (D,) as histograms below one another, on one axis of values: how each step moves and stretches them.

    The line through each is its mean, the band one standard deviation to both sides.
    """
    low = min(float(values.min()) for values in panels.values())
    high = max(float(values.max()) for values in panels.values())
    edges = np.linspace(low, high, BINS + 1)
    traces: list[Part] = []
    shapes: list[Part] = []
    for i, values in enumerate(panels.values()):
        counts, _ = np.histogram(values, edges)
        traces.append(_bars(edges, counts, panel(i)))
        mean, std = float(values.mean()), float(values.std())
        band = upright(mean, within=panel(i), layer="below", fillcolor=ACCENT, opacity=0.14)
        shapes.append(band | {"type": "rect", "x0": mean - std, "x1": mean + std, "line": {"width": 0}})
        shapes.append(upright(mean, ACCENT, panel(i)))
    return figure(
        traces, HEIGHT, x={}, ys=[{"title": {"text": name}, "nticks": 3} for name in panels], shapes=shapes
    )


def through_depth(
    chosen: Sequence[float],
    band: Spread,
    names: Sequence[str],
    at: int,
    stages: Mapping[int, str],
    titles: tuple[str, str],
) -> go.Figure:
    """One token's number at every layer norm in order, over all tokens' quartiles and range.

    ``at`` is the layer norm that is looked at; ``stages`` are words for the places where a stage begins.
    """
    x = np.arange(len(names))
    traces: list[Part] = []
    for low, high, colour in ((band.low, band.high, FAINTEST), (band.lower, band.upper, FAINT)):
        traces.append(line(x, low, width=0, hoverinfo="skip"))
        traces.append(line(x, high, width=0, hoverinfo="skip", fill="tonexty", fillcolor=colour))
    ends = np.stack([band.low, band.high], axis=1)
    words = "%{text}: median %{y:.4g}, %{customdata[0]:.4g} \u2026 %{customdata[1]:.4g}<extra></extra>"
    traces.append(line(x, band.median, customdata=ends, text=list(names), hovertemplate=words))
    hover = "%{text}: %{y:.5g}<extra></extra>"
    traces.append(line(x, chosen, ACCENT, 1.6, text=list(names), hovertemplate=hover))
    traces.append(dots([at], np.array(chosen), "circle", ACCENT, text=[names[at]], hovertemplate=hover))
    return figure(
        traces,
        230,
        x={"title": {"text": titles[0]}},
        ys=[{"title": {"text": titles[1]}, "rangemode": "tozero"}],
        shapes=[upright(place) for place in stages],
        annotations=[heading(place, word) for place, word in stages.items()],
    )


def _bars(edges: NDArray[np.floating], counts: NDArray[np.integer], axis: str) -> Part:
    return {
        "type": "bar",
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": counts,
        "width": float(edges[1] - edges[0]),
        "yaxis": axis,
        "marker": {"color": INK, "line": {"width": 0}},
        "customdata": np.stack([edges[:-1], edges[1:]], axis=1),
        "hovertemplate": "%{customdata[0]:.3g} \u2026 %{customdata[1]:.3g}: %{y}<extra></extra>",
    }

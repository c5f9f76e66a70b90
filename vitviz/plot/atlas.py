"""An atlas as figures: every head of a model at its depth, and how one head differs from picture to picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, band, bars, cursor, dots, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, FAINTEST, INK, Theme

HEIGHT, SPREAD_HEIGHT = 300, 170
MOST_TICKS = 13
APART, WIDEST = 0.18, 0.6  # between the heads of a block and of all of them, where the next block is 1 away
DASHES: tuple[Dash, ...] = ("dash", "solid", "dashdot", "dot")  # none is told apart by colour


@drawing
def atlas_dots(
    depth: Sequence[int],
    values: ArrayLike,
    names: Sequence[str],
    blocks: Sequence[str],
    chosen: int | None = None,
    own: ArrayLike | None = None,
    *,
    name: str = "mean over the pictures",
    own_name: str = "this picture",
    x_title: str = "block",
    y_title: str = "mean attention distance, in pixels",
    label: str = "Every head at its block",
    theme: Theme = "light",
) -> Description:
    """A dot for each of R heads: its block's number ``depth``, its mean over pictures ``values``, its name.

    The heads of a block stand beside each other, the first on the left. ``own`` (R,) are the same figures of one
    picture, as crosses, each joined to its dot; ``chosen`` is the head that is looked at.
    """
    x, y = _beside(depth), np.asarray(values, np.float64)
    traces = [dots(x, y, INK, "circle", 8, opacity=0.75, hover="%{text}: %{y:.4~g}", text=names, name=name)]
    ringed = {"chosen": y}
    if own is not None:
        ringed["chosen own"] = np.asarray(own, np.float64)
        hover = f"%{{text}}, {own_name}: %{{y:.4~g}}"
        traces.append(dots(x, own, ACCENT, "x-thin-open", 7, hover=hover, text=names, name=own_name))
        gaps = np.full(len(x), np.nan)
        across, up = (
            np.stack(ends, axis=1).ravel() for ends in ((x, x, gaps), (y, ringed["chosen own"], gaps))
        )
        traces.append(line(across, up, INK, 1.0))
    shapes = [
        {**cursor(x[chosen], float(of[chosen]), ACCENT, 14, hollow=True), "name": ring}
        for ring, of in ringed.items()
        if chosen is not None and np.isfinite(of[chosen])
    ]
    axis = Axis(x_title, span=(-0.6, len(blocks) - 0.4), ticks=_ticks(len(blocks)))
    described = below(
        Panels([Panel(Axis(y_title, from_zero=True), traces, shapes)], HEIGHT, axis, label=label), theme
    )
    described["layout"]["dragmode"] = False
    return described


def _beside(depth: Sequence[int]) -> NDArray[np.float64]:
    """Where each head stands: around its block's number, one beside the other."""
    at = np.asarray(depth, np.float64)
    for block in np.unique(at):
        heads = np.flatnonzero(at == block)
        apart = min(APART, WIDEST / len(heads))
        at[heads] += apart * (np.arange(len(heads)) - (len(heads) - 1) / 2)
    return at


@drawing
def atlas_lengths(
    blocks: Sequence[str],
    quantiles: Mapping[str, ArrayLike],
    breaks: Sequence[int] = (),
    *,
    x_title: str = "block",
    y_title: str = "length of a token",
    label: str = "Lengths of the tokens after every block",
    theme: Theme = "light",
) -> Description:
    """Lengths that a share of all tokens stays below after each of L blocks, (L,) for every name, the shortest first.

    The area between the first and the last is filled; lines stop at ``breaks``, the first blocks of further stages.
    """
    found = [np.asarray(values, np.float64) for values in quantiles.values()]
    edges = [0, *sorted(breaks), len(blocks)]
    traces = []
    for start, stop in pairwise(edges):
        x = list(range(start, stop))
        traces += band(x, found[0][start:stop], found[-1][start:stop], FAINTEST)
        for (name, _), values, dash in zip(quantiles.items(), found, DASHES, strict=False):
            hover = f"%{{text}}, {name}: %{{y:.4~g}}"
            part = values[start:stop]
            traces.append(line(x, part, INK, 1.4, dash, hover=hover, text=blocks[start:stop], name=name))
    x_axis = Axis(x_title, span=(-0.6, len(blocks) - 0.4), ticks=_ticks(len(blocks)))
    panel = Panel(Axis(y_title, from_zero=True), traces)
    return below(Panels([panel], HEIGHT, x_axis, [upright(at - 0.5) for at in breaks], label=label), theme)


def _ticks(blocks: int) -> list[tuple[float, str]]:
    every = -(-blocks // MOST_TICKS)
    return [(at, str(at)) for at in range(0, blocks, every)]


@drawing
def atlas_spread(
    edges: NDArray[np.float64],
    counts: NDArray[np.int64],
    own: float | None = None,
    *,
    x_title: str = "mean attention distance, in pixels",
    y_title: str = "pictures",
    hover: str = "pictures",
    label: str = "How many pictures have which value",
    theme: Theme = "light",
) -> Description:
    """A histogram of the pictures, and the value of one picture as a line; empty steps at both ends are left out."""
    there = np.flatnonzero(counts)
    first, last = (int(there[0]), int(there[-1])) if len(there) else (0, len(counts) - 1)
    if own is not None:
        at = int(np.clip(np.searchsorted(edges, own, side="right") - 1, 0, len(counts) - 1))
        first, last = min(first, at), max(last, at)
    first, last = max(0, first - 2), min(len(counts) - 1, last + 2)
    part = bars(
        edges[first : last + 2], counts[first : last + 1], INK,
        hover=f"%{{customdata[0]:.4~g}} \u2013 %{{customdata[1]:.4~g}}: %{{y}} {hover}",
    )  # fmt: skip
    shapes = [] if own is None else [{**upright(own, ACCENT), "layer": "above"}]
    most = int(counts.max(initial=1))
    step = max(1, -(-most // 4))
    y = Axis(y_title, (0.0, most * 1.08), ticks=[(n, str(n)) for n in range(0, most + 1, step)])
    x = Axis(x_title, span=(float(edges[first]), float(edges[last + 1])))
    described = below(Panels([Panel(y, [part], shapes)], SPREAD_HEIGHT, x, label=label), theme)
    described["layout"]["margin"]["r"] = 22  # half of a number under the right end
    return described

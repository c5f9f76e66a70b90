"""What an edit changes: class scores as bars around 0, and the stream through depth as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitviz.plot.depth import SYMBOLS
from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, Part, dots, line, upright
from vitviz.plot.panels import MARGIN, below
from vitviz.plot.themes import ACCENT, INK, Theme

ROW, HEIGHT, CHANCE_HEIGHT = 21, 192, 120
ABOVE, LEGEND = 6, 22  # pixels above bars, which have no legend, and above lines
DASHES: tuple[Dash, ...] = ("solid", "dash", "dot")


@drawing
def change_bars(
    names: Sequence[str],
    before: NDArray[np.floating],
    after: NDArray[np.floating],
    target: int | None = None,
    *,
    x_title: str = "change of the logit",
    label: str = "What the edits change in the class scores",
    theme: Theme = "light",
) -> Description:
    """``after`` - ``before`` (C,) as bars around 0, the first above; negative ones are hatched.

    ``target`` is the class that is looked at: its bar has an outline, its name an arrow.
    """
    change = np.asarray(after, np.float64) - np.asarray(before, np.float64)
    words = [f"\u25b8 {name}" if at == target else name for at, name in enumerate(names)]
    bars: Part = {
        "type": "bar", "orientation": "h", "x": change, "y": np.arange(len(names), dtype=float),
        "text": list(names), "textposition": "none", "width": 0.72, "name": "", "showlegend": False,
        "customdata": [[float(one), float(other)] for one, other in zip(before, after, strict=True)],
        "hovertemplate": "%{text}: %{customdata[0]:.4~g} \u2192 %{customdata[1]:.4~g} (%{x:+.4~g})<extra></extra>",
        "marker": {
            "color": [INK if value < 0 else ACCENT for value in change],
            "pattern": {"shape": ["/" if value < 0 else "" for value in change]},
            "line": {"width": [2.0 if at == target else 0.0 for at in range(len(names))], "color": INK},
        },
    }  # fmt: skip
    ticks = [(float(at), word) for at, word in enumerate(words)]
    panel = Panel(Axis(span=(len(names) - 0.5, -0.5), ticks=ticks), [bars])
    given = Panels(
        [panel],
        ABOVE + MARGIN["b"] + ROW * len(names),
        Axis(x_title, from_zero=True),
        [upright(0)],
        label=label,
    )
    described = below(given, theme)
    described["layout"]["margin"] |= {"t": ABOVE, "l": 20 + round(6.4 * max(len(word) for word in words))}
    return described


@drawing
def stream_lines(
    series: Mapping[str, ArrayLike],
    edited: Sequence[int] = (),
    *,
    x_title: str = "blocks before",
    y_title: str = "|x' \u2212 x| / |x|",
    label: str = "What the edits change in the stream, by depth",
    theme: Theme = "light",
) -> Description:
    """Relative changes of the stream (L + 1,) behind 0, 1, ... blocks; ``edited`` blocks are marked.

    A line for each of the series, with a marker and dashes of its own.
    """
    values = {name: np.asarray(given, np.float64) for name, given in series.items()}
    count = len(next(iter(values.values())))
    top = max(float(given.max()) for given in values.values())
    lines = [
        line(
            range(count), given, ACCENT if at == 0 else INK, 2.0 if at == 0 else 1.3, dash, symbol=symbol,
            hover=f"{name}, %{{x}}: %{{y:.4~g}}", name=name,
        )
        for at, ((name, given), symbol, dash) in enumerate(zip(values.items(), SYMBOLS, DASHES, strict=False))
    ]  # fmt: skip
    strips = [upright(block, to=block + 1, opacity=0.35) for block in sorted(set(edited))]
    up = Axis(y_title, span=(0.0, 1.08 * top if top else 1.0))
    every = -(-count // 13)
    across = Axis(x_title, span=(-0.2, count - 0.8), ticks=[(at, str(at)) for at in range(0, count, every)])
    described = below(Panels([Panel(up, lines)], HEIGHT, across, strips, label=label), theme)
    described["layout"]["margin"]["t"] = LEGEND
    return described


@drawing
def chance_dots(
    change: float,
    draws: ArrayLike,
    names: tuple[str, str],
    *,
    x_title: str = "change of the logit",
    label: str = "What the region changes, beside random regions",
    theme: Theme = "light",
) -> Description:
    """What one region changes, above what random ones (R,) do: each a ring, their range a line, their mean a square."""
    values = np.asarray(draws, np.float64)
    low, high, mean = float(values.min()), float(values.max()), float(values.mean())
    hover = f"{names[1]}: %{{x:+.4~g}}"
    parts = [
        line([low, high], [1.0, 1.0], INK, 2.0),
        dots(values, np.ones(values.size), INK, "circle-open", 8, hover=hover),
        dots([mean], [1.0], INK, "square", 10, hover=f"{names[1]}, \u2300: %{{x:+.4~g}}"),
        dots([change], [0.0], ACCENT, "diamond", 12, hover=f"{names[0]}: %{{x:+.4~g}}"),
    ]
    up = Axis(span=(1.6, -0.6), ticks=list(zip((0.0, 1.0), names, strict=True)))
    given = Panels(
        [Panel(up, parts)], CHANCE_HEIGHT, Axis(x_title, from_zero=True), [upright(0)], label=label
    )
    described = below(given, theme)
    described["layout"]["margin"]["l"] = 20 + round(6.4 * max(map(len, names)))
    return described

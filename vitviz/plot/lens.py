"""Class scores through depth: what a token is called by the logit lens, a line for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Note, Panel, Panels, cursor, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, INK, Theme

# Classes are told apart by dashes and by the numbers at their ends, not by colour.
DASHES = (
    "solid", "6px,3px", "2px,3px", "9px,3px,2px,3px", "12px,4px", "4px,2px,1px,2px", "1px,4px",
    "8px,2px,2px,2px,2px,2px",
)  # fmt: skip
CHOSEN, OTHER = {"color": ACCENT, "width": 2.6}, {"color": INK, "width": 1.3}
HEIGHT = 248
MOST_TICKS = 13


@drawing
def class_lines(
    values: NDArray[np.floating],
    names: Sequence[str],
    target: int = 0,
    depth: int | None = None,
    quantity: Literal["p", "z"] = "p",
    *,
    before: Sequence[int] = (),
    x_title: str = "blocks before",
    label: str = "Class scores through depth",
    theme: Theme = "light",
) -> Description:
    """Values (depths, classes) as lines; ``target`` is the class that is looked at, ``depth`` where.

    ``before`` counts the blocks before each depth: 0, 1, 2 ... where nothing else is given. ``quantity`` is p
    (probabilities, 0 to 1) or z (logits). The numbers at the right are the classes' places in ``names``.
    """
    last = len(values) - 1
    counts = [str(count) for count in before or range(last + 1)]
    traces, shapes, notes = [], [], []
    if depth is not None:
        shapes.append({**upright(depth, ACCENT, opacity=0.6), "name": "depth"})
    for i, name in enumerate(names):
        on = i == target
        look = CHOSEN if on else OTHER
        colour = str(look["color"])
        trace = line(range(last + 1), values[:, i], hover=f"{name}, %{{text}}: %{{y:.4~g}}", text=counts)
        trace["line"] = {**look, "dash": DASHES[i % len(DASHES)]}
        traces.append(trace)
        if depth is not None:
            shapes.append({**cursor(depth, float(values[depth, i]), colour, 8 if on else 5), "name": str(i)})
        notes.append(Note(str(i + 1), last, float(values[-1, i]), colour, shift=(6, -8)))
    span = (0.0, 1.0) if quantity == "p" else (min(0.0, float(values.min())), max(0.0, float(values.max())))
    panel = Panel(Axis(span=span), traces, shapes, notes)
    every = -(-len(values) // MOST_TICKS)  # depths are whole numbers
    ticks = [(at, counts[at]) for at in range(0, last + 1, every)]
    x = Axis(x_title, span=(-0.15, last + 0.15), ticks=ticks)
    described = below(Panels([panel], HEIGHT, x, label=label), theme)
    described["layout"]["margin"]["r"] = 28
    described["layout"]["dragmode"] = False
    described["layout"]["meta"]["looks"] = {"chosen": CHOSEN, "other": OTHER}
    return described

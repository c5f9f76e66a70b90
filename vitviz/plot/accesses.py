"""Which numbers of three matrices a product steps, step by step: found in the cache, or fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Panel, Panels, dots
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, INK, Theme

if TYPE_CHECKING:
    from vitviz.analysis.matmul.cache_lines import Step

MATRICES = ("A", "B", "C")
BETWEEN = 1.7  # addresses that the bands of two matrices are apart
HEIGHT = 200


@drawing
def access_dots(
    steps: Sequence[Step],
    n: int,
    *,
    hit: str = "in the cache",
    miss: str = "fetched",
    x_title: str = "step",
    label: str = "Every number that the product accesses: time to the right, address downward",
    theme: Theme = "light",
) -> Description:
    """Every access to n x n matrices as a mark: a square where a line was fetched, a thin dash where it was there."""
    size = n * n
    step = np.repeat(np.arange(1, len(steps) + 1), 3)
    address = np.array([each.addresses for each in steps]).ravel()
    missed = np.array([each.missed for each in steps], dtype=bool).ravel()
    matrix = address // size
    place = address + BETWEEN * matrix
    names = [f"{MATRICES[m]}[{a % size // n},{a % n}]" for m, a in zip(matrix, address, strict=True)]
    words = np.array(names)
    traces = []
    for chosen, colour, symbol, across, word in (
        (~missed, INK, "line-ew-open", 5, hit),
        (missed, ACCENT, "square", 5, miss),
    ):
        trace = dots(step[chosen], place[chosen], colour, "square", across, text=words[chosen].tolist(),
                     hover=f"%{{x}}: %{{text}} {word}")  # fmt: skip
        trace["marker"] |= {
            "symbol": symbol,
            "line": {"width": 1.5 if symbol.endswith("open") else 0, "color": colour},
        }
        traces.append(trace)
    last = 3 * size + 2 * BETWEEN
    ticks = [(m * (size + BETWEEN) + size / 2 - 0.5, name) for m, name in enumerate(MATRICES)]
    panel = Panel(Axis(span=(last, -1), ticks=ticks), traces)
    x = Axis(x_title, span=(0.3, len(steps) + 0.7))
    described = below(Panels([panel], HEIGHT, x, label=label), theme)
    described["layout"]["dragmode"] = False
    return described

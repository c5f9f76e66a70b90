"""What the heads of every block look at: how evenly (entropy), and how far (mean distance)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Panel, Panels, dots, line
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, INK, Theme


@drawing
def head_dots(
    entropy: Sequence[NDArray[np.floating]],
    distance: Sequence[NDArray[np.floating]],
    blocks: Sequence[str],
    *,
    x_title: str = "block",
    entropy_title: str = "entropy / log(keys)",
    distance_title: str = "distance, in patches",
    label: str = "Entropy and distance of every head, block by block",
    theme: Theme = "light",
) -> Description:
    """A dot for every head of every block, (H,) each, and the mean of each block's heads as a line."""
    panels = []
    for title, values in ((entropy_title, entropy), (distance_title, distance)):
        every = [(block, head) for block, own in enumerate(values) for head in range(len(own))]
        names = [f"{blocks[block]}, head {head}" for block, head in every]
        panels.append(
            Panel(
                Axis(title, from_zero=True),
                [
                    line(range(len(values)), [float(np.mean(own)) for own in values], INK, dash="dot"),
                    dots(
                        [block for block, _ in every], np.concatenate([np.asarray(own) for own in values]), ACCENT,
                        "circle-open", 6, hover="%{text}: %{y:.4~g}", text=names,
                    ),
                ],
            )
        )  # fmt: skip
    x = Axis(x_title, span=(-0.5, len(blocks) - 0.5))
    return below(Panels(panels, 360, x, label=label), theme)

"""How far the pictures of a network's own world lie from its classes, and where one picture stands among them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Note, Panel, Panels, bars, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, INK, Theme

BINS = 40


@drawing
def world_distances(
    validation: NDArray[np.floating],
    limit: float,
    here: float,
    *,
    words: Mapping[str, str],
    label: str = "Distances of validation pictures from the nearest class, the limit, and this picture",
    theme: Theme = "light",
) -> Description:
    """A histogram of the distances (V,) of known pictures, the limit as a dashed line, one picture as a full one.

    ``words`` are: axis, count, here, limit.
    """
    end = 1.04 * max(float(validation.max(initial=0.0)), limit, here)
    counts, edges = np.histogram(validation, np.linspace(0, end, BINS + 1))
    hover = "%{customdata[0]:.2f} \u2013 %{customdata[1]:.2f}: %{y:.0f}"
    top = float(counts.max(initial=1))
    lines = [upright(limit, INK, dash="dash"), upright(here, ACCENT)]
    notes = [_note(words["limit"], limit, top, INK, end), _note(words["here"], here, 0.82 * top, ACCENT, end)]
    y = Axis(words["count"], (0, 1.08 * top), count=3)
    panel = Panel(y, [bars(edges, counts, hover=hover)], lines, notes)
    return below(Panels([panel], 190, Axis(words["axis"], (0, end)), label=label), theme)


def _note(text: str, x: float, y: float, colour: str, end: float) -> Note:
    left = x < 0.6 * end
    return Note(text, x, y, colour, "left" if left else "right", (4, 0) if left else (-4, 0))

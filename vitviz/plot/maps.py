"""Heat maps: an attention pattern, cosines of positions, or any matrix, coloured as the app colours the quantity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.colour import Quantity, scale
from vitviz.plot.colour import span as colour_span
from vitviz.plot.drawing import Description, drawing
from vitviz.plot.themes import Theme, template

STOPS = 17  # of the colour scale that plotly gets
LONGEST = 460  # pixels of the longer side


@drawing
def heat_map(
    values: NDArray[np.floating],
    quantity: Quantity = "activation",
    *,
    span: tuple[float, float] | None = None,
    x_title: str = "",
    y_title: str = "",
    title: str = "",
    theme: Theme = "light",
) -> Description:
    """A matrix (rows, columns), the first row above. ``span`` is what the colours reach from and to.

    Signed quantities have 0 in the middle of their colours; attention begins at 0.

    Raises:
        ValueError: if the values are no matrix.
    """
    if values.ndim != 2:
        raise ValueError(f"a heat map shows a matrix, and these values are {values.shape}")
    low, high = span or colour_span(values, quantity)
    rows, columns = values.shape
    per_cell = LONGEST / max(rows, columns)
    bar = {"thickness": 10, "outlinewidth": 0, "len": 0.8}
    trace: dict[str, Any] = {
        "type": "heatmap", "z": values, "zmin": low, "zmax": high, "colorscale": colour_scale(quantity, theme),
        "hovertemplate": "(%{y}, %{x}): %{z:.5~g}<extra></extra>", "colorbar": bar,
    }  # fmt: skip
    axis = {"showline": False, "ticks": "", "constrain": "domain", "zeroline": False}
    layout = {
        "template": template(theme),
        "width": round(max(160, per_cell * columns)) + 150,
        "height": round(max(120, per_cell * rows)) + 90,
        "margin": {"l": 60, "r": 20, "t": 36 if title else 16, "b": 46},
        "xaxis": {**axis, "title": {"text": x_title}},
        "yaxis": {**axis, "autorange": "reversed", "scaleanchor": "x", "title": {"text": y_title}},
        **({"title": {"text": title, "font": {"size": 13}, "x": 0, "xref": "paper"}} if title else {}),
    }
    return {"data": [trace], "layout": layout}


def colour_scale(quantity: Quantity, theme: Theme = "light") -> list[list[Any]]:
    """The colours of a quantity as plotly takes them: places between 0 and 1, each with its colour."""
    table = scale(quantity, theme)
    at = np.linspace(0, len(table) - 1, STOPS).round().astype(int)
    return [[float(i / (len(table) - 1)), "rgb({}, {}, {})".format(*table[i])] for i in at]

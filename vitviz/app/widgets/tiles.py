"""Arrays as small pictures on one colour scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app.component import colours, component
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.web.pooling import pool_to

HTML = """<div class="vv"><div class="vv-tiles"></div><div class="vv-readout" role="status"></div>
<div class="vv-barplace"></div></div>"""
MOST_VALUES = 160_000


def tiles(
    key: str,
    values: NDArray[np.floating],
    *,
    quantity: Quantity,
    limits: tuple[float, float] | None = None,
    labels: Sequence[str] | None = None,
    axes: tuple[str, str] = ("row", "column"),
    selected: int | None = None,
    on_choose: Callable[[int], None] | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    mark_rows: Sequence[int] = (),
    width: int = 120,
    stretch: str | None = None,
    scale_label: str = "",
) -> None:
    """Show ``values`` (tiles, rows, columns), or one array (rows, columns), and read any cell under the pointer.

    All tiles share one scale, ``limits`` or what the values span. ``on_choose`` hears the tile that is clicked,
    ``on_cell`` the row and column. ``width`` is a tile's widest side in CSS pixels, ``stretch`` an aspect ratio for
    cells that need not be square (``"8 / 1"``). Where there are too many values, cells are averaged, and it says so.
    """
    stack = values if values.ndim == 3 else values[None]
    drawn, pooled = pool_to(stack, MOST_VALUES // max(1, stack.shape[0]))
    low, high = limits or span(stack, quantity)
    mount = component("web/tiles/part.js", html=HTML)
    label = scale_label
    if pooled != (1, 1):
        label = f"{label} {say('tiles.pooled', rows=pooled[0], columns=pooled[1])}".strip()
    data = {
        "values": np.asarray(drawn, np.float32),
        "rows": drawn.shape[1],
        "columns": drawn.shape[2],
        "labels": list(labels) if labels is not None else [""] * drawn.shape[0],
        "axes": list(axes),
        "scale": colours(quantity),
        "low": low,
        "high": high,
        "scaleLabel": label,
        "selected": selected,
        "choosable": on_choose is not None,
        "cellChoice": on_cell is not None,
        "markRows": [row // pooled[0] for row in mark_rows],
        "width": width,
        "stretch": stretch,
        "pooled": list(pooled),
        "pooledLabel": say("tiles.mean"),
        "help": say("tiles.choose" if on_choose else "tiles.help"),
    }

    def tile_chosen() -> None:
        if on_choose is not None:
            on_choose(int(st.session_state[key]["tile"]))

    def cell_chosen() -> None:
        if on_cell is not None:
            row, column = st.session_state[key]["cell"]
            on_cell(int(row) * pooled[0], int(column) * pooled[1])

    mount(key=key, data=data, on_tile_change=tile_chosen, on_cell_change=cell_chosen)

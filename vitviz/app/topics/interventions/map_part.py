"""A map of changes: blocks x heads, blocks, or patches over the picture; each cell can be read and chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import component
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import section
from vitviz.web.colours import turned

FAR = 3.0  # how many times the second largest change the largest may be and still set the scale


@dataclass(frozen=True)
class ChangeMap:
    """What is shown: ``values`` (rows, columns), NaN where there is none (yet).

    ``counts`` are how many columns each row really has. ``picture`` lies under the map, which is then transparent.
    ``cell`` is the sentence of a cell, with {row}, {column} and {value} in it, ``label`` that of the colour bar,
    ``ends`` what its lowest and its highest colour mean.
    """

    values: NDArray[np.floating]
    counts: list[int]
    cell: str
    label: str
    name: str
    ends: tuple[str, str] = ("", "")
    axes: tuple[str, str] = ("", "")
    picture: Image.Image | None = None
    chosen: tuple[int, int] | None = None


def largest_colour(values: NDArray[np.floating]) -> float:
    """Where the colours end: at the largest change, or, where that dwarfs all others, at the second largest.

    Beyond it the largest has the last colour; otherwise the others would all be white.
    """
    sizes = np.sort(np.abs(values[np.isfinite(values)]))
    if sizes.size == 0:
        return 1.0
    far = sizes.size > 1 and sizes[-1] > FAR * sizes[-2] > 0
    return float(sizes[-2] if far else sizes[-1]) or 1.0


def change_map(key: str, shown: ChangeMap, on_choose: Callable[[int, int], None]) -> None:
    """Show the map on one scale around 0; ``on_choose`` hears row and column of a cell that is clicked.

    What the score loses without a part is drawn as class maps draw what speaks for a class.
    """
    mount = component("app/topics/interventions/map_part.js")
    rows, columns = shown.values.shape
    picture = shown.picture
    data = {
        "values": np.asarray(shown.values, np.float32),
        "rows": rows,
        "columns": columns,
        "counts": shown.counts,
        "high": largest_colour(shown.values),
        "scale": turned("activation"),
        "image": small_picture_url(picture) if picture else "",
        "aspect": picture.width / picture.height if picture else 0.0,
        "chosen": -1 if shown.chosen is None else shown.chosen[0] * columns + shown.chosen[1],
        "cell": shown.cell,
        "label": shown.label,
        "ends": list(shown.ends),
        "name": shown.name,
        "axes": list(shown.axes),
        "words": section("interventions.map"),
    }

    def chose() -> None:
        row, column = divmod(int(st.session_state[key]["cell"]), columns)
        on_choose(row, column)

    mount(key=key, data=data, on_cell_change=chose)

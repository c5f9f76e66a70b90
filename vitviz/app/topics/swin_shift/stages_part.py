"""Browser parts for the whole Swin: one place followed through the stages, and the 2 x 2 patches that merge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import component
from vitviz.app.pictures import picture_url
from vitviz.app.words import section

CSS = "web/swin_shift/part.css"


@dataclass(frozen=True)
class Figure:
    """The picture in one stage: its ``rows`` x ``columns`` patches and its windows (top, left, height, width).

    ``facts`` are lines below it; those with True are shapes of the run.
    """

    title: str
    rows: int
    columns: int
    boxes: Sequence[tuple[int, int, int, int]]
    facts: Sequence[tuple[str, bool]]


def journey(key: str, picture: Image.Image, figures: Sequence[Figure]) -> None:
    """Show ``figures`` beside one another; the patch and the window under the pointer are marked in all of them."""
    mount = component("app/topics/swin_shift/journey_part.js", CSS)
    words = section("swin_shift.journey")
    data = {
        "image": picture_url(picture),
        "aspect": picture.width / picture.height,
        "figures": [
            {
                "title": figure.title,
                "rows": figure.rows,
                "columns": figure.columns,
                "boxes": [list(box) for box in figure.boxes],
                "facts": [list(fact) for fact in figure.facts],
            }
            for figure in figures
        ],
        "words": words,
        "help": words["help"],
    }
    mount(key=key, data=data)


def merge_picker(
    key: str,
    picture: Image.Image,
    neighbours: NDArray[np.int64],
    map_size: tuple[int, int],
    place: tuple[int, int],
    on_place: Callable[[int, int], None],
) -> None:
    """Choose a place of a merging's output; ``neighbours`` (h/2, w/2, 4) are the patches that each gathers, in order.

    ``map_size`` is (h, w) of the map that is merged; ``on_place`` hears row and column of the place that is clicked.
    """
    mount = component("app/topics/swin_shift/merge_part.js", CSS)
    data = {
        "image": picture_url(picture),
        "rows": neighbours.shape[0],
        "columns": neighbours.shape[1],
        "height": map_size[0],
        "width": map_size[1],
        "neighbours": neighbours.astype(np.int16),
        "place": list(place),
        "words": section("swin_shift.merge"),
    }

    def chosen() -> None:
        row, column = st.session_state[key]["place"]
        if 0 <= row < neighbours.shape[0] and 0 <= column < neighbours.shape[1]:
            on_place(int(row), int(column))

    mount(key=key, data=data, on_place_change=chosen)

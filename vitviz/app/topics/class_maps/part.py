"""Maps as small multiples on the page, with what their curves say below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from PIL import Image

from vitviz.app import words
from vitviz.app.component import component
from vitviz.app.pictures import small_picture_url
from vitviz.web.class_maps.payload import Tile, maps_data


def small_maps(
    key: str,
    picture: Image.Image | None,
    tiles: Sequence[Tile],
    chosen: str = "",
    on_choose: Callable[[str], None] | None = None,
    summary: str = "",
    band: float = 0.0,
    compared: str = "",
    legend: str = "",
) -> None:
    """Show the maps; ``on_choose`` hears the name of the one that is clicked. ``summary`` stands below them.

    ``band``: the gaps of random orders lie between -``band`` and ``band``. ``compared`` is framed as its curve is
    drawn, ``legend`` says what colours, bars and marks are.
    """
    mount = component("web/class_maps/part.js")
    image = small_picture_url(picture) if picture is not None else ""
    aspect = picture.width / picture.height if picture is not None else 1.0
    data = maps_data(
        image,
        aspect,
        tiles,
        words,
        chosen=chosen,
        choosable=on_choose is not None,
        summary=summary,
        band=band,
        compared=compared,
        legend=legend,
    )

    def chosen_there() -> None:
        if on_choose is not None:
            on_choose(str(st.session_state[key]["method"]))

    mount(key=key, data=data, on_method_change=chosen_there)

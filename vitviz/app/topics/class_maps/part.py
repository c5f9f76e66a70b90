"""Maps as small multiples, each on its own scale stated in numbers, with what its curves say below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import colours, component
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import section
from vitviz.plot.colour import Quantity, span


@dataclass(frozen=True)
class Tile:
    """One map, or what stands in its place: ``values`` (h, w) or None, with a ``note``.

    ``mark`` is better, chance, worse or none, ``verdict`` a few letters for it, ``says`` the same in words. ``gap`` is
    a length beside the band of the random orders.
    """

    name: str
    title: str
    values: NDArray[np.float64] | None
    signed: bool = False
    note: str = ""
    mark: str = "none"
    verdict: str = ""
    says: str = ""
    gap: float | None = None


def quantity_of(signed: bool) -> Quantity:
    """In which colours a map is drawn: centred on 0, or from 0 upwards."""
    return "activation" if signed else "attention"


def small_maps(
    key: str,
    picture: Image.Image | None,
    tiles: Sequence[Tile],
    chosen: str = "",
    on_choose: Callable[[str], None] | None = None,
    summary: str = "",
    band: float = 0.0,
) -> None:
    """Show the maps; ``on_choose`` hears the name of the one that is clicked. ``summary`` stands below them.

    ``band``: the gaps of random orders lie between -``band`` and ``band``.
    """
    mount = component("app/topics/class_maps/part.js")
    data = {
        "image": small_picture_url(picture) if picture is not None else "",
        "aspect": picture.width / picture.height if picture is not None else 1.0,
        "tiles": [_packed(tile) for tile in tiles],
        "chosen": chosen,
        "choosable": on_choose is not None,
        "summary": summary,
        "band": band,
        "scales": {"signed": colours(quantity_of(True)), "positive": colours(quantity_of(False))},
        "words": section("class_maps.part"),
    }

    def chosen_there() -> None:
        if on_choose is not None:
            on_choose(str(st.session_state[key]["method"]))

    mount(key=key, data=data, on_method_change=chosen_there)


def _packed(tile: Tile) -> dict[str, object]:
    values = np.zeros((0, 0)) if tile.values is None else tile.values
    low, high = span(values, quantity_of(tile.signed)) if values.size else (0.0, 0.0)
    return {
        "name": tile.name,
        "title": tile.title,
        "values": np.asarray(values, np.float32),
        "rows": values.shape[0],
        "columns": values.shape[1],
        "signed": tile.signed,
        "low": low,
        "high": high,
        "note": tile.note,
        "mark": tile.mark,
        "verdict": tile.verdict,
        "says": tile.says,
        "gap": tile.gap,
    }

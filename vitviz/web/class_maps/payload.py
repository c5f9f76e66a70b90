"""Maps as small multiples, each on its own scale stated in numbers: what the browser part gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.colour import Quantity, span
from vitviz.web.colours import colours
from vitviz.web.words import Speaker

# In the order in which they are shown: attention, then gradients, then what really takes something away.
ORDER = (
    "class_attention", "rollout", "chefer", "legrad", "grad_cam", "gradient_x_input", "integrated_gradients",
    "direct_logit", "occlusion",
)  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """One map, or what stands in its place: ``values`` (h, w) or None, with a ``note``.

    ``mark`` is better (in both halves), half, chance, worse_half, worse or none, ``verdict`` a few letters for it,
    ``says`` the same in words. ``gap`` is a length beside the band of the random orders.
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


def maps_data(
    image: str,
    aspect: float,
    tiles: Sequence[Tile],
    words: Speaker,
    *,
    chosen: str = "",
    choosable: bool = False,
    summary: str = "",
    band: float = 0.0,
    compared: str = "",
    legend: str = "",
) -> dict[str, Any]:
    """All that the browser part gets; ``image`` is the picture's address, or empty, ``aspect`` its width / height.

    ``band``: the gaps of random orders lie between -``band`` and ``band``. ``compared``: the map that is compared with
    the chosen one. ``legend``: what stands below all maps about colours, bars and marks.
    """
    return {
        "image": image,
        "aspect": aspect,
        "tiles": [packed(tile) for tile in tiles],
        "chosen": chosen,
        "choosable": choosable,
        "summary": summary,
        "band": band,
        "compared": compared,
        "legend": legend,
        "scales": {"signed": colours(quantity_of(True)), "positive": colours(quantity_of(False))},
        "words": words.section("class_maps.part"),
    }


def packed(tile: Tile) -> dict[str, object]:
    """One map with the ends of its own scale."""
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

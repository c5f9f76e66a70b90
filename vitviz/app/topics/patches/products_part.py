"""One patch on its way to one output number: pixels, weights and products with one cursor through all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vitviz.analysis.patches.projection import Projection
from vitviz.app.component import colours, component
from vitviz.app.pictures import picture_url
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import added, fixed

CHANNELS = ("R", "G", "B")


@dataclass(frozen=True, eq=False)
class PatchProducts:
    """One patch on its way to number ``channel`` of its token.

    ``levels`` (P, P, C) are the picture's 8-bit pixels, ``mean`` and ``std`` what normalised them, ``computed`` what
    torch made of them. The cursor keeps its place while ``patch_key`` stays the same.
    """

    projection: Projection
    levels: NDArray[np.uint8]
    mean: Sequence[float]
    std: Sequence[float]
    patch_key: str
    channel: int
    computed: float


def patch_products(key: str, patch: PatchProducts) -> None:
    """Show the (C, P, P) pixels, weights and products of a patch and the sum that they make."""
    mount = component("app/topics/patches/products_part.js")
    projection = patch.projection
    side = projection.pixels.shape[-1]
    data = {
        "side": side,
        "channels": list(CHANNELS),
        "patch": picture_url(Image.fromarray(patch.levels)),
        "patchKey": patch.patch_key,
        "levels": patch.levels.transpose(2, 0, 1),
        "mean": list(patch.mean),
        "std": list(patch.std),
        "x": np.asarray(projection.pixels, np.float32),
        "w": np.asarray(projection.weights, np.float32),
        "products": np.asarray(projection.products, np.float32),
        "rows": [
            _row("x", "x", say("patches.products.x"), projection.pixels, "activation"),
            _row("w", "w", say("patches.products.w", channel=patch.channel), projection.weights, "weight"),
            _row("products", "x\u00b7w", say("patches.products.products"), projection.products, "activation"),
        ],
        "index": projection.largest(1)[0].at,
        **_sum_texts(projection, patch.computed),
        "words": {
            "label": say("patches.products.label"),
            "patch": say("patch"),
            "row": say("tensor.row"),
            "column": say("tensor.column"),
            "sums": say("patches.products.sums"),
            "vector": say(
                "patches.products.vector", channels=len(CHANNELS), side=side, length=projection.products.size
            ),
            "running": say("patches.products.running"),
        },
    }
    mount(key=key, data=data)


def _row(
    key: str, symbol: str, label: str, values: NDArray[np.floating], quantity: Quantity
) -> dict[str, object]:
    low, high = span(values, quantity)
    scale = colours(quantity)
    return {"key": key, "symbol": symbol, "label": label, "low": low, "high": high, "scale": scale}


def _sum_texts(projection: Projection, computed: float) -> dict[str, object]:
    first, *others = (fixed(value) for value in projection.sums)
    total = " ".join(
        [
            first,
            *(added(text) for text in others),
            added(fixed(projection.bias)),
            f"({say('patches.products.bias')}) = ",
        ]
    )
    return {
        "sums": [
            f"\u03a3 {name} = {fixed(value)}" for name, value in zip(CHANNELS, projection.sums, strict=True)
        ],
        "total": total,
        "value": fixed(projection.value),
        "check": f"torch: {fixed(computed)}    |\u0394| = {abs(projection.value - computed):.1e}",
    }

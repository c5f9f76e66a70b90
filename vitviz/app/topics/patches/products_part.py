"""One patch on its way to one output number: pixels, weights and products with one cursor through all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vitviz.analysis.patches.projection import Projection
from vitviz.app.component import colours, component
from vitviz.app.pictures import picture_url
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import added, fixed

HTML = """<div class="vv vv-planes-host"><div class="vv-readout vv-planes-read" role="status"></div>
<div class="vv-planes-body" tabindex="0" role="application"><div class="vv-planes"></div></div></div>"""
CHANNELS = ("R", "G", "B")


def planes(
    key: str,
    projection: Projection,
    levels: NDArray[np.uint8],
    mean: Sequence[float],
    std: Sequence[float],
    *,
    patch_key: str,
    channel: int,
    computed: float,
) -> None:
    """Show the (C, P, P) pixels, weights and products of ``projection`` and the sum that they make.

    ``levels`` (P, P, C) are the picture's 8-bit pixels, ``mean`` and ``std`` what normalised them; ``computed`` is what
    torch computed for output channel ``channel``. The cursor keeps its place while ``patch_key`` stays the same.
    """
    mount = component("app/topics/patches/products_part.js", html=HTML)
    side = projection.pixels.shape[-1]
    data = {
        "side": side,
        "channels": list(CHANNELS),
        "patch": picture_url(Image.fromarray(levels)),
        "patchKey": patch_key,
        "levels": levels.transpose(2, 0, 1),
        "mean": list(mean),
        "std": list(std),
        "x": np.asarray(projection.pixels, np.float32),
        "w": np.asarray(projection.weights, np.float32),
        "products": np.asarray(projection.products, np.float32),
        "rows": [
            _row("x", "x", say("patches.products.x"), projection.pixels, "activation"),
            _row("w", "w", say("patches.products.w", channel=channel), projection.weights, "weight"),
            _row("products", "x\u00b7w", say("patches.products.products"), projection.products, "activation"),
        ],
        "index": projection.largest(1)[0].at,
        **_sum_texts(projection, computed),
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

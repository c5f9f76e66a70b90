"""All tokens at all layer norms: a strip for each layer norm, a cell for each token, one colour scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.components.assets import colours, packed, script, style
from vitviz.views.colour import Quantity, span
from vitviz.words import say

HTML = '<div class="vv"></div>'


@dataclass(frozen=True)
class NormStrip:
    """One layer norm: a number of every token (N,), names of the first ones, and the tokens with a tick."""

    name: str
    values: NDArray[np.floating]
    prefix: tuple[str, ...] = ()
    large: tuple[int, ...] = ()


def norm_map(
    key: str,
    strips: Sequence[NormStrip],
    at: tuple[int, int],
    on_choose: Callable[[int, int], None],
    *,
    quantity: Quantity,
    names: tuple[str, str],
) -> None:
    """Show the strips, which may have different lengths; ``on_choose`` hears number of the strip and token.

    ``at`` is the chosen strip and token; ``names`` say what the colours show and what a tick means.
    """
    low, high = span(np.concatenate([strip.values for strip in strips]), quantity)
    mount = st.components.v2.component(
        "vitviz_norm_map",
        html=HTML,
        css=style("norm/norm_map.css"),
        js=script("norm/norm_map.js"),
    )
    data = {
        "rows": [
            {
                "name": strip.name,
                "values": packed(strip.values),
                "prefix": list(strip.prefix),
                "large": list(strip.large),
            }
            for strip in strips
        ],
        "row": at[0],
        "token": at[1],
        "scale": colours(quantity),
        "low": low,
        "high": high,
        "quantity": names[0],
        "above": names[1],
        "label": say("layer_norm.all_label"),
    }

    def chosen() -> None:
        row, token = (int(number) for number in st.session_state[key]["place"])
        row = min(len(strips) - 1, max(0, row))
        on_choose(row, min(len(strips[row].values) - 1, max(0, token)))

    mount(key=key, data=data, on_place_change=chosen)

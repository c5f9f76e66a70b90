"""Vectors of one length as rows of coloured cells over one axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app.component import colours, component
from vitviz.app.words import say
from vitviz.plot.colour import Quantity

HTML = """<div class="vv vv-strips-host"><div class="vv-strips">
<div class="vv-strips-side vv-strips-labels"></div>
<div class="vv-strips-scroll" tabindex="0" role="application"></div>
<div class="vv-strips-side vv-strips-bars"></div></div>
<div class="vv-readout vv-strips-read" role="status"></div></div>"""


@dataclass(frozen=True)
class Strip:
    """One vector (D,), and what its colours span."""

    label: str
    values: NDArray[np.floating]
    limits: tuple[float, float]
    quantity: Quantity = "activation"


def strips(
    key: str, rows: Sequence[Strip], index: int, on_choose: Callable[[int], None], *, index_name: str
) -> None:
    """Show equally long vectors below one another; ``on_choose`` hears the index that is clicked.

    ``index_name`` says what the axis counts ("channel"); the values of all rows at one index are read together.
    """
    mount = component("web/strips/part.js", html=HTML)
    data = {
        "rows": [
            {
                "label": row.label,
                "values": np.asarray(row.values, np.float32),
                "low": row.limits[0],
                "high": row.limits[1],
                "scale": colours(row.quantity),
            }
            for row in rows
        ],
        "length": len(rows[0].values),
        "index": index,
        "words": {"index": index_name, "label": say("strips.help")},
    }
    mount(key=key, data=data, on_index_change=lambda: on_choose(int(st.session_state[key]["index"])))

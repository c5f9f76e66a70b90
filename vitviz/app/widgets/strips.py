"""Vectors of one length as rows of coloured cells over one axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app.component import colours, component
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span

HTML = """<div class="vv vv-strips-host"><div class="vv-strips">
<div class="vv-strips-side vv-strips-labels"></div>
<div class="vv-strips-scroll" tabindex="0" role="application"></div>
<div class="vv-strips-side vv-strips-bars"></div></div>
<div class="vv-readout vv-strips-read" role="status"></div>
<div class="vv-strips-scales"></div></div>"""


@dataclass(frozen=True)
class Strip:
    """One vector (D,), and what its colours span."""

    label: str
    values: NDArray[np.floating]
    limits: tuple[float, float]
    quantity: Quantity = "activation"


def strips(
    key: str,
    rows: Sequence[Strip],
    index: int,
    on_choose: Callable[[int], None],
    *,
    index_name: str,
    own_scales: bool = False,
) -> None:
    """Show equally long vectors below one another; ``on_choose`` is called with the index that is clicked.

    ``index_name`` says what the axis counts ("channel"); the values of all rows at one index are read together.
    Where rows share a scale, a person can have each on its own, with ``own_scales`` from the start.
    """
    mount = component("web/strips/part.js", html=HTML)
    listed = [_row(row) for row in rows]
    shared = any(row["own"] != [row["low"], row["high"]] for row in listed)
    data = {
        "rows": listed,
        "length": len(rows[0].values),
        "index": index,
        "scales": [say("strips.shared"), say("strips.own")] if shared else [],
        "own": own_scales,
        "words": {"index": index_name, "label": say("strips.help"), "scales": say("strips.scales")},
    }
    mount(key=key, data=data, on_index_change=lambda: on_choose(int(st.session_state[key]["index"])))


def _row(row: Strip) -> dict[str, Any]:
    """A strip as the browser gets it; ``own`` is what its colours span where they need not be compared."""
    return {
        "label": row.label,
        "values": np.asarray(row.values, np.float32),
        "low": row.limits[0],
        "high": row.limits[1],
        "own": list(span(row.values, row.quantity)),
        "scale": colours(row.quantity),
    }

"""One row of numbers on its way through threads, warps and blocks to its sum, on a line of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.components.assets import packed, script, style
from vitviz.words import section

if TYPE_CHECKING:
    from vitviz.analysis.reduction import Layout, Step

HTML = '<div class="vv"></div>'


def norm_reduction(key: str, row: NDArray[np.float32], steps: Sequence[Step], layout: Layout) -> None:
    """Show every step; moving through time, the choice of sum or moments, and the pointer ask nothing of the server."""
    mount = st.components.v2.component(
        "vitviz_norm_reduction",
        html=HTML,
        css=style("norm/norm_lab.css"),
        js=script("norm/reduction.js"),
    )
    data = {
        "row": packed(row),
        "layout": asdict(layout) | {"threads": len(steps[0].live), "each": layout.each},
        "steps": [
            {
                "kind": step.kind,
                "offset": step.offset,
                "parts": packed(step.parts),
                "operand": step.operand.tolist(),
                "live": step.live.tolist(),
                "held": list(step.held),
            }
            for step in steps
        ],
        "words": section("norm_lab.reduction"),
    }
    mount(key=key, data=data)

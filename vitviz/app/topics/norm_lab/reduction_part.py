"""One row of numbers on its way through threads, warps and blocks to its sum, on a line of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import section

if TYPE_CHECKING:
    from vitviz.analysis.norm_lab.reduction import Layout, Step


def norm_reduction(key: str, row: NDArray[np.float32], steps: Sequence[Step], layout: Layout) -> None:
    """Show every step; moving through time, the choice of sum or moments, and the pointer ask nothing of the server."""
    mount = component("app/topics/norm_lab/reduction_part.js", "app/topics/norm_lab/part.css")
    data = {
        "row": np.asarray(row, np.float32),
        "layout": asdict(layout) | {"threads": len(steps[0].live), "each": layout.each},
        "steps": [
            {
                "kind": step.kind,
                "offset": step.offset,
                "parts": np.asarray(step.parts, np.float32),
                "operand": step.operand.tolist(),
                "live": step.live.tolist(),
                "held": list(step.held),
            }
            for step in steps
        ],
        "words": section("norm_lab.reduction"),
    }
    mount(key=key, data=data)

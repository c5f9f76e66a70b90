"""A few pixels as they lie in memory, channels first and channels last, under one cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import say, section

if TYPE_CHECKING:
    from vitviz.analysis.memory_layout.layouts import Layout


def show_layouts(key: str, levels: NDArray[np.uint8], layouts: Sequence[Layout]) -> None:
    """Show one tensor (1, C, H, W) in every one of ``layouts``; ``levels`` (C, H, W) are the 8-bit pixels behind it."""
    mount = component("app/topics/memory_layout/part.js")
    data = {
        "shape": list(layouts[0].shape),
        "itemsize": layouts[0].itemsize,
        "levels": levels.ravel().tolist(),
        "layouts": [_layout(layout) for layout in layouts],
        "words": section("memory_layout.part"),
    }
    mount(key=key, data=data)


def _layout(layout: Layout) -> dict[str, object]:
    _, channels, height, width = layout.shape
    return {
        "name": layout.order,
        "title": say(f"memory_layout.layout_{layout.order}"),
        "steps": list(layout.strides),
        "strides": say(
            "memory_layout.strides",
            elements=", ".join(map(str, layout.strides)),
            bytes=", ".join(map(str, layout.byte_strides)),
        ),
        "fastest": say("memory_layout.fastest", axis=layout.fastest),
        "memory": np.asarray(layout.memory, np.float32),
        "row": width * (channels if layout.fastest == "C" else height),
    }

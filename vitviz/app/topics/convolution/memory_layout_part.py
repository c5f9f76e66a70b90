"""A few pixels as they lie in memory, channels first and channels last, under one cursor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import say, section

HTML = '<div class="vv"><div class="vv-memory" tabindex="0" role="application"></div></div>'


def memory(
    key: str,
    levels: NDArray[np.uint8],
    shape: tuple[int, ...],
    itemsize: int,
    layouts: Sequence[tuple[str, tuple[int, ...], str, NDArray[np.float32]]],
) -> None:
    """Show a tensor of ``shape`` (1, C, H, W), a number taking ``itemsize`` bytes, in every one of ``layouts``.

    A layout is its name, its strides in elements, the axis that moves fastest, and its memory from the first address
    on. ``levels`` (C, H, W) are the 8-bit pixels that the numbers come from.
    """
    mount = component("app/topics/convolution/memory_layout_part.js", html=HTML)
    data = {
        "shape": list(shape),
        "itemsize": itemsize,
        "levels": levels.ravel().tolist(),
        "layouts": [
            {
                "name": name,
                "title": say(f"convolution.layout_{name}"),
                "steps": list(strides),
                "strides": say(
                    "convolution.strides",
                    elements=", ".join(map(str, strides)),
                    bytes=", ".join(str(stride * itemsize) for stride in strides),
                ),
                "fastest": say("convolution.fastest", axis=fastest),
                "memory": np.asarray(values, np.float32),
                "row": shape[3] * (shape[1] if fastest == "C" else shape[2]),
            }
            for name, strides, fastest, values in layouts
        ],
        "words": section("convolution.memory"),
    }
    mount(key=key, data=data)

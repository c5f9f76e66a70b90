"""Where a kernel lands on a small picture, and the index arrays that pick its pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import section

HTML = '<div class="vv"><div class="vv-landing" tabindex="0" role="application"></div></div>'


def landing(
    key: str,
    levels: NDArray[np.uint8],
    indices: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    columns: NDArray[np.uint8],
    *,
    kernel: int,
    stride: int,
    padding: int,
    dilation: int,
    count: int,
    left_over: int,
) -> None:
    """Show the picture ``levels`` (C, S, S), all landings, and the ``indices`` k (C*K*K,), i, j (C*K*K, N).

    ``columns`` (C*K*K, N) are the pixels that they pick; ``count`` landings a side, N = count^2.
    """
    mount = component("app/topics/convolution/kernel_positions_part.js", html=HTML)
    channels, size, _ = levels.shape
    k, i, j = (array.ravel().tolist() for array in indices)
    data = {
        "levels": levels,
        "channels": channels,
        "size": size,
        "padding": padding,
        "padded": size + 2 * padding,
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "count": count,
        "leftOver": left_over,
        "k": k,
        "i": i,
        "j": j,
        "values": columns.ravel().tolist(),
        "at": count + 1 if count > 1 else 0,
        "words": section("convolution.positions"),
    }
    mount(key=key, data=data)

"""The positions of a kernel on a small picture, and the index arrays that pick its pixels there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.convolution.kernel_positions import KernelPositions
from vitviz.analysis.numpy_line_shapes import ArrayFunctionRun
from vitviz.app.component import component
from vitviz.app.words import section


def show_positions(
    key: str, levels: NDArray[np.uint8], positions: KernelPositions, run: ArrayFunctionRun
) -> None:
    """Show the picture ``levels`` (C, S, S), all positions, and the arrays of a run of im2col on it.

    These are k (C*K*K,), i and j (C*K*K, N), and the pixels that they pick (C*K*K, N), N positions.
    """
    mount = component("app/topics/convolution/kernel_positions_part.js")
    arrays = run.arrays["im2col"]
    data = {
        "levels": levels,
        "channels": len(levels),
        "size": positions.size,
        "padding": positions.padding,
        "padded": positions.padded,
        "kernel": positions.kernel,
        "stride": positions.stride,
        "dilation": positions.dilation,
        "count": positions.count,
        "leftOver": positions.left_over,
        **{name: arrays[name].ravel().tolist() for name in ("k", "i", "j")},
        "values": run.result.ravel().tolist(),
        "at": positions.count + 1 if positions.count > 1 else 0,
        "words": section("convolution.positions"),
    }
    mount(key=key, data=data)

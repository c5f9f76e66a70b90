"""What the node tests of the convolution page's modules compare with: numpy's index arrays."""

from __future__ import annotations

import numpy as np

from tests.web.fixtures import check
from vitviz.analysis.convolution.im2col import run_im2col
from vitviz.analysis.convolution.kernel_positions import KernelPositions
from vitviz.app.topics.convolution.filter_picture import filter_picture

# size, kernel, stride, padding, dilation
KERNELS = [(6, 2, 2, 0, 1), (5, 3, 1, 1, 1), (7, 3, 2, 1, 2), (6, 3, 2, 0, 1), (3, 1, 5, 2, 1)]


def test_fixture_of_kernel_positions() -> None:
    cases = []
    for size, kernel, stride, padding, dilation in KERNELS:
        positions = KernelPositions(size, kernel, stride, padding, dilation)
        levels = np.random.default_rng(size).integers(1, 256, (3, size, size), np.uint8)
        run = run_im2col(levels, kernel, stride, padding, dilation)
        arrays = run.arrays["im2col"]
        # Which position a pixel belongs to: the last that starts at or before it.
        starts = np.array(positions.starts)
        belongs = np.searchsorted(starts, np.arange(positions.padded), side="right") - 1
        cases.append(
            {
                "size": size, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation,
                "padded": positions.padded, "count": positions.count,
                **{name: arrays[name].ravel().tolist() for name in ("k", "i", "j")},
                "values": run.result.ravel().tolist(),
                "levels": levels.ravel().tolist(),
                "belongs": belongs.tolist(),
            }
        )  # fmt: skip
    check("convolution/kernel_positions.json", cases)


def test_fixture_of_filter_colours() -> None:
    weights = np.random.default_rng(3).normal(0, 0.4, (3, 3, 2, 2)).astype(np.float32)
    high = 0.75
    pictures = [np.asarray(filter_picture(weight, high)).tolist() for weight in weights]
    check(
        "convolution/filter_colours.json",
        {"values": weights.ravel().tolist(), "high": high, "pictures": pictures},
    )

"""What the node tests of the convolution page's modules compare with: numpy's index arrays and torch's strides."""

from __future__ import annotations

import numpy as np
import torch

from tests.web.fixtures import check
from vitviz.analysis.convolution.im2col import run_im2col
from vitviz.analysis.convolution.kernel_positions import KernelPositions
from vitviz.app.topics.convolution.filter_picture import filter_picture

# size, kernel, stride, padding, dilation
KERNELS = [(6, 2, 2, 0, 1), (5, 3, 1, 1, 1), (7, 3, 2, 1, 2), (6, 3, 2, 0, 1), (3, 1, 5, 2, 1)]
SHAPES = [(1, 3, 4, 4), (1, 3, 2, 5), (2, 3, 4, 2), (1, 1, 3, 3)]


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


def test_fixture_of_memory_indices() -> None:
    cases = []
    for shape in SHAPES:
        for layout in (torch.contiguous_format, torch.channels_last):
            numbers = torch.arange(int(np.prod(shape)), dtype=torch.float32).reshape(shape)
            laid = numbers.clone(memory_format=layout)
            memory = torch.as_strided(laid, (laid.numel(),), (1,))
            # The number at an address is its place among all indices, counted as numpy does.
            indices = [[int(i) for i in np.unravel_index(int(value), shape)] for value in memory]
            cases.append({"shape": shape, "strides": laid.stride(), "indices": indices})
    check("convolution/memory_index.json", cases)


def test_fixture_of_filter_colours() -> None:
    weights = np.random.default_rng(3).normal(0, 0.4, (3, 3, 2, 2)).astype(np.float32)
    high = 0.75
    pictures = [np.asarray(filter_picture(weight, high)).tolist() for weight in weights]
    check(
        "convolution/filter_colours.json",
        {"values": weights.ravel().tolist(), "high": high, "pictures": pictures},
    )

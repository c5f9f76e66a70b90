"""What the node tests of the memory layout page's modules compare with: torch's strides."""

from __future__ import annotations

import numpy as np
import torch

from tests.web.fixtures import check

SHAPES = [(1, 3, 4, 4), (1, 3, 2, 5), (2, 3, 4, 2), (1, 1, 3, 3)]


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
    check("memory_layout/memory_index.json", cases)

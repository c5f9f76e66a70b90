"""Averaging blocks of cells: against a plain loop, and nothing at all where the array is small enough."""

import numpy as np
import pytest

from vitviz.web.pooling import pool_to


@pytest.mark.parametrize("shape", [(1, 500, 300), (3, 197, 192), (2, 49, 5000), (1, 1, 100_000), (2, 70, 65)])
@pytest.mark.parametrize("most", [1000, 7777])
def test_every_cell_is_the_mean_of_what_it_covers(shape: tuple[int, int, int], most: int) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    pooled, (down, across) = pool_to(values, most)
    tiles, rows, columns = pooled.shape
    assert tiles == shape[0]
    assert rows * columns <= most * 1.2
    for r, c in [(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)]:
        block = values[:, r * down : (r + 1) * down, c * across : (c + 1) * across]
        np.testing.assert_allclose(pooled[:, r, c], block.mean(axis=(1, 2)), atol=1e-6)


def test_a_small_array_is_returned_as_it_is() -> None:
    values = np.ones((3, 14, 14), dtype=np.float32)
    pooled, block = pool_to(values, 196)
    assert pooled is values
    assert block == (1, 1)

"""Patches in another order: one permutation from a seed, and the picture it makes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vitviz.images import patchify, unpatchify


def piece_sides(grid: tuple[int, int]) -> list[int]:
    """Sides, in patches, of the square pieces that a grid (rows, columns) can be cut into without a rest."""
    return [side for side in range(1, min(grid) + 1) if grid[0] % side == 0 and grid[1] % side == 0]


def shuffle(grid: tuple[int, int], side: int, seed: int) -> NDArray[np.int64]:
    """Which patch comes to each place, (h*w,): pieces of ``side`` x ``side`` patches change places, whole.

    The same for the same seed, and never the order it started from where there are two pieces or more.

    Raises:
        ValueError: if the pieces leave a rest.
    """
    if side not in piece_sides(grid):
        raise ValueError(f"{grid[0]} x {grid[1]} patches cannot be cut into pieces of {side} x {side}")
    down, across = grid[0] // side, grid[1] // side
    generator = np.random.default_rng(seed)
    order = generator.permutation(down * across)
    while order.size > 1 and np.array_equal(order, np.arange(order.size)):
        order = generator.permutation(down * across)
    numbers = np.arange(grid[0] * grid[1]).reshape(down, side, across, side)
    pieces = numbers.swapaxes(1, 2).reshape(down * across, side, side)  # (pieces, side, side)
    moved = pieces[order].reshape(down, across, side, side).swapaxes(1, 2)  # (down, side, across, side)
    flat: NDArray[np.int64] = moved.reshape(-1).astype(np.int64)  # (h*w,)
    return flat


def shuffled_picture(levels: NDArray[np.uint8], order: NDArray[np.int64], patch: int) -> NDArray[np.uint8]:
    """The picture (H, W, 3) whose patch number i is patch ``order[i]`` of ``levels``."""
    height, width, channels = levels.shape
    patches = patchify(levels.transpose(2, 0, 1), patch)[order]  # (h*w, C*P*P)
    picture = unpatchify(patches, (height // patch, width // patch), patch, channels)  # (C, H, W)
    return np.ascontiguousarray(picture.transpose(1, 2, 0))  # (H, W, C)

"""Cut an array into the patches a Vision Transformer embeds, and put them together again."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)


def patchify(array: npt.NDArray[Number], patch: int) -> npt.NDArray[Number]:
    """Cut (C, H, W) into square patches of ``patch`` pixels: (N, C*P*P).

    Patches come row by row; inside one the order is channel, row, column, as in the weight (D, C, P, P) of
    the patch-embedding convolution, so that ``patchify(x, P) @ weight.reshape(D, -1).T`` is that convolution.

    Raises:
        ValueError: the array is not three-dimensional, or H or W is not a multiple of ``patch``.
    """
    if array.ndim != 3:
        raise ValueError(f"expected an array (C, H, W), got the shape {array.shape}")
    channels, height, width = array.shape
    if patch < 1 or height % patch or width % patch:
        raise ValueError(f"{height} x {width} pixels cannot be cut into patches of {patch} x {patch}")
    rows, columns = height // patch, width // patch
    cells = array.reshape(channels, rows, patch, columns, patch)  # (C, rows, P, columns, P)
    cells = cells.transpose(1, 3, 0, 2, 4)  # (rows, columns, C, P, P)
    return cells.reshape(rows * columns, channels * patch * patch)  # (N, C*P*P)


def unpatchify(
    patches: npt.NDArray[Number], grid: tuple[int, int], patch: int, channels: int = 3
) -> npt.NDArray[Number]:
    """Put patches (N, C*P*P) back as (C, H, W); the inverse of ``patchify``. ``grid`` is (rows, columns).

    Raises:
        ValueError: the shape of ``patches`` does not fit the grid, the patch and the channels.
    """
    rows, columns = grid
    expected = (rows * columns, channels * patch * patch)
    if patches.shape != expected:
        raise ValueError(
            f"a grid of {rows} x {columns} patches of {channels} x {patch} x {patch} "
            f"has the shape {expected}, got {patches.shape}"
        )
    cells = patches.reshape(rows, columns, channels, patch, patch)  # (rows, columns, C, P, P)
    cells = cells.transpose(2, 0, 3, 1, 4)  # (C, rows, P, columns, P)
    return cells.reshape(channels, rows * patch, columns * patch)  # (C, H, W)

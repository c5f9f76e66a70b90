"""Follow one place of the picture through maps of different sizes, as the stages of a Swin have them."""

from __future__ import annotations


def token_there(token: int, prefix: int, grid: tuple[int, int], there: tuple[int, int]) -> int:
    """The token of a map of ``there`` (rows, columns) that covers ``token`` of a finer or equal map of ``grid``.

    The ``prefix`` tokens before the patches stay what they are.
    """
    if token < prefix or grid == there:
        return token
    row, column = divmod(token - prefix, grid[1])
    return prefix + _cell(row, grid[0], there[0]) * there[1] + _cell(column, grid[1], there[1])


def token_back(token: int, prefix: int, there: tuple[int, int], grid: tuple[int, int]) -> int:
    """A token of the finer map of ``grid`` in the middle of ``token`` of the map of ``there``."""
    if token < prefix or grid == there:
        return token
    row, column = divmod(token - prefix, there[1])
    down, across = -(-grid[0] // there[0]), -(-grid[1] // there[1])
    fine_row = min(grid[0] - 1, row * down + down // 2)
    fine_column = min(grid[1] - 1, column * across + across // 2)
    return prefix + fine_row * grid[1] + fine_column


def _cell(place: int, fine: int, coarse: int) -> int:
    """An odd side is padded before it is halved, so a cell covers the rounded-up number of finer ones."""
    return place // -(-fine // coarse)

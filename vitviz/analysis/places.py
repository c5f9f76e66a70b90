"""Carry one place of the picture from one map of a model to another, as the stages of a Swin have them.

A patch merging pads an odd side below or to the right and joins two rows and two columns to one, so a place's parent is
half of its row and column, rounded down, whatever the size of the map. ``web/shared/places.js`` does the same.
"""

from __future__ import annotations

from functools import cache

Grid = tuple[int, int]


def carry(token: int, prefix: int, source: Grid, target: Grid, finer: int | None = None) -> int:
    """The token of the map ``target`` (rows, columns) that belongs to ``token`` of the map ``source``.

    Where the target is coarser, that is the token that ``token`` went into. Where it is finer, it is ``finer`` if that
    token of the target went into ``token``, and otherwise the one in the middle of those that did. The ``prefix``
    tokens before the patches stay what they are.

    Raises:
        ValueError: if neither map comes from the other by merging two by two.
    """
    if token < prefix or source == target:
        return token
    row, column = divmod(token - prefix, source[1])
    if (mergings := count_mergings(source, target)) is not None:
        return prefix + (row >> mergings) * target[1] + (column >> mergings)
    if (mergings := count_mergings(target, source)) is None:
        raise ValueError(f"no way by mergings between maps of {source} and {target}")
    if finer is not None and finer >= prefix and carry(finer, prefix, target, source) == token:
        return finer
    return prefix + _middle(row, mergings, target[0]) * target[1] + _middle(column, mergings, target[1])


@cache  # a model has few maps, and every place asks
def count_mergings(fine: Grid, coarse: Grid) -> int | None:
    """How many mergings make a map of ``coarse`` out of one of ``fine``; None where none do."""
    count = 0
    while fine != coarse and max(fine) > 1:
        fine = (-(-fine[0] // 2), -(-fine[1] // 2))
        count += 1
    return count if fine == coarse else None


def _middle(place: int, mergings: int, side: int) -> int:
    """The middle of the places of a finer side that went into ``place``; there may be fewer of them at the end."""
    first = place << mergings
    end = min(side, (place + 1) << mergings)
    return (first + end) // 2

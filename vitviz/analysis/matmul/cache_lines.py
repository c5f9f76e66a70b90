"""Which numbers a matrix product accesses, one after the other, and how often a small cache has to fetch a line.

A toy, but an honest one: fully associative, the line that was used longest ago makes room (LRU), and every read of A
and B and every update of C goes through it. A, B and C are n x n, row by row, one behind the other in memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

Order = Literal["ijk", "ikj", "blocked"]
MATRICES = ("A", "B", "C")


@dataclass(frozen=True)
class Step:
    """One multiply-add: i, j, k; the addresses of A[i,k], B[k,j], C[i,j]; which were missing; the lines kept then."""

    ijk: tuple[int, int, int]
    addresses: tuple[int, int, int]
    missed: tuple[bool, bool, bool]
    kept: tuple[int, ...]


def index_order(order: Order, n: int, tile: int = 0) -> Iterator[tuple[int, int, int]]:
    """Every (i, j, k) in the order of the loops; ``blocked`` goes through tile x tile x tile blocks, ikj in each."""
    every = range(n)
    if order == "ijk":
        yield from ((i, j, k) for i in every for j in every for k in every)
    elif order == "ikj":
        yield from ((i, j, k) for i in every for k in every for j in every)
    else:
        starts = range(0, n, tile)
        for i0, j0, k0 in ((i, j, k) for i in starts for j in starts for k in starts):
            inside = (range(start, min(start + tile, n)) for start in (i0, j0, k0))
            rows, columns, sums = inside
            yield from ((i, j, k) for i in rows for k in sums for j in columns)


def steps(order: Order, n: int, line: int, lines: int, tile: int = 0) -> list[Step]:
    """Every step of the product with its cache: ``lines`` lines of ``line`` numbers each.

    Raises:
        ValueError: the cache has room for no line.
    """
    return [
        Step(ijk, addresses, (missed[0], missed[1], missed[2]), tuple(held))
        for ijk, addresses, missed, held in _steps(order, n, line, lines, tile)
    ]


def _steps(
    order: Order, n: int, line: int, lines: int, tile: int
) -> Iterator[tuple[tuple[int, int, int], tuple[int, int, int], list[bool], OrderedDict[int, None]]]:
    if lines < 1 or line < 1:
        raise ValueError("a cache has at least one line of at least one number")
    held: OrderedDict[int, None] = OrderedDict()
    for i, j, k in index_order(order, n, tile):
        addresses = (i * n + k, n * n + k * n + j, 2 * n * n + i * n + j)
        missed = []
        for address in addresses:
            at = address // line
            missed.append(at not in held)
            held[at] = None
            held.move_to_end(at)
            if len(held) > lines:
                held.popitem(last=False)
        yield (i, j, k), addresses, missed, held


@cache
def fetched(order: Order, n: int, line: int, lines: int, tile: int = 0) -> tuple[int, int, int]:
    """How many lines of A, B and C are fetched in the whole product."""
    counts = [0, 0, 0]
    for _, _, missed, _ in _steps(order, n, line, lines, tile):
        for matrix, miss in enumerate(missed):
            counts[matrix] += miss
    return counts[0], counts[1], counts[2]

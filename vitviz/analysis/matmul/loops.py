"""The same matrix product as plain loops that a compiler turns into machine code; each adds one idea to the one before.

All write a (n, m) times b (m, p) into c (n, p), float32, row by row in memory; those with ``columns`` take b
transposed, (p, m). They are plain Python as well: slow, but the same numbers. The unrolled ones take m that is a
multiple of what they unroll, ``registers`` n and m that are of 4.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.compilers import Compiled, compiled

Array = NDArray[np.float32]
Loops = Callable[[Array, Array, Array], None]
SIGNATURE = "void(float32[:, ::1], float32[:, ::1], float32[:, ::1])"
TILE = 64  # rows of b that stay in the cache while all rows of a pass: 128 KiB of them at p = 512
ZERO = np.float32(0)


def ijk(a: Array, b: Array, c: Array) -> None:
    """The formula: a row of a times a column of b."""
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = ZERO
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total


def ikj(a: Array, b: Array, c: Array) -> None:
    """The two inner loops have changed places: along rows of b and c."""
    c[:] = 0
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def tiled(a: Array, b: Array, c: Array) -> None:
    """All rows of a meet 64 rows of b before the next 64 are fetched."""
    c[:] = 0
    for k_tile in range(0, a.shape[1], TILE):
        for i in range(a.shape[0]):
            for k in range(k_tile, min(k_tile + TILE, a.shape[1])):
                for j in range(b.shape[1]):
                    c[i, j] += a[i, k] * b[k, j]


def dots(a: Array, columns: Array, c: Array) -> None:
    """Order ijk on a transposed copy of b, whose rows are the columns of b: every sum runs along two rows."""
    for i in range(a.shape[0]):
        for j in range(columns.shape[0]):
            total = ZERO
            for k in range(a.shape[1]):
                total += a[i, k] * columns[j, k]
            c[i, j] = total


def one_sum(a: Array, columns: Array, c: Array) -> None:
    """Unrolled by 4, still one sum: a quarter of the checks and of the counting."""
    rows = a.reshape(a.shape[0], a.shape[1] // 4, 4)
    groups = columns.reshape(columns.shape[0], columns.shape[1] // 4, 4)
    for i in range(a.shape[0]):
        for j in range(columns.shape[0]):
            total = ZERO
            for k in range(rows.shape[1]):
                total += rows[i, k, 0] * groups[j, k, 0]
                total += rows[i, k, 1] * groups[j, k, 1]
                total += rows[i, k, 2] * groups[j, k, 2]
                total += rows[i, k, 3] * groups[j, k, 3]
            c[i, j] = total


def unrolled_2(a: Array, columns: Array, c: Array) -> None:
    """Unrolled by 2, each with a sum of its own."""
    rows = a.reshape(a.shape[0], a.shape[1] // 2, 2)
    groups = columns.reshape(columns.shape[0], columns.shape[1] // 2, 2)
    for i in range(a.shape[0]):
        for j in range(columns.shape[0]):
            t0 = t1 = ZERO
            for k in range(rows.shape[1]):
                t0 += rows[i, k, 0] * groups[j, k, 0]
                t1 += rows[i, k, 1] * groups[j, k, 1]
            c[i, j] = t0 + t1


def unrolled_4(a: Array, columns: Array, c: Array) -> None:
    """Unrolled by 4, four sums."""
    rows = a.reshape(a.shape[0], a.shape[1] // 4, 4)
    groups = columns.reshape(columns.shape[0], columns.shape[1] // 4, 4)
    for i in range(a.shape[0]):
        for j in range(columns.shape[0]):
            t0 = t1 = t2 = t3 = ZERO
            for k in range(rows.shape[1]):
                t0 += rows[i, k, 0] * groups[j, k, 0]
                t1 += rows[i, k, 1] * groups[j, k, 1]
                t2 += rows[i, k, 2] * groups[j, k, 2]
                t3 += rows[i, k, 3] * groups[j, k, 3]
            c[i, j] = (t0 + t1) + (t2 + t3)


def unrolled_8(a: Array, columns: Array, c: Array) -> None:
    """Unrolled by 8, eight sums."""
    rows = a.reshape(a.shape[0], a.shape[1] // 8, 8)
    groups = columns.reshape(columns.shape[0], columns.shape[1] // 8, 8)
    for i in range(a.shape[0]):
        for j in range(columns.shape[0]):
            t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = ZERO
            for k in range(rows.shape[1]):
                t0 += rows[i, k, 0] * groups[j, k, 0]
                t1 += rows[i, k, 1] * groups[j, k, 1]
                t2 += rows[i, k, 2] * groups[j, k, 2]
                t3 += rows[i, k, 3] * groups[j, k, 3]
                t4 += rows[i, k, 4] * groups[j, k, 4]
                t5 += rows[i, k, 5] * groups[j, k, 5]
                t6 += rows[i, k, 6] * groups[j, k, 6]
                t7 += rows[i, k, 7] * groups[j, k, 7]
            c[i, j] = ((t0 + t1) + (t2 + t3)) + ((t4 + t5) + (t6 + t7))


def registers(a: Array, b: Array, c: Array) -> None:
    """SIMD, and 4 x 4 products unrolled: each number that is loaded from b or c is used four times."""
    c[:] = 0
    for k_tile in range(0, a.shape[1], TILE):
        for i in range(0, a.shape[0], 4):
            i1, i2, i3 = i + 1, i + 2, i + 3
            for k in range(k_tile, min(k_tile + TILE, a.shape[1]), 4):
                k1, k2, k3 = k + 1, k + 2, k + 3
                for j in range(b.shape[1]):
                    b0, b1, b2, b3 = b[k, j], b[k1, j], b[k2, j], b[k3, j]
                    c[i, j] += a[i, k] * b0 + a[i, k1] * b1 + a[i, k2] * b2 + a[i, k3] * b3
                    c[i1, j] += a[i1, k] * b0 + a[i1, k1] * b1 + a[i1, k2] * b2 + a[i1, k3] * b3
                    c[i2, j] += a[i2, k] * b0 + a[i2, k1] * b1 + a[i2, k2] * b2 + a[i2, k3] * b3
                    c[i3, j] += a[i3, k] * b0 + a[i3, k1] * b1 + a[i3, k2] * b2 + a[i3, k3] * b3


@dataclass(frozen=True)
class Rung:
    """One way up from the rung ``after``: its loops, whether with SIMD, with fused additions, on all cores."""

    name: str
    after: str
    loops: Loops
    simd: bool = False
    fused: bool = False
    parallel: bool = False
    transposed: bool = False  # takes b so

    def compiled(self) -> Compiled:
        """Machine code that takes a, b and c.

        Raises:
            vitviz.analysis.compilers.CompilerError: there is no numba.
        """
        made = compiled(self.loops, SIGNATURE, simd=self.simd, fused=self.fused)
        return Compiled(on_all_cores(made.call), made.seconds) if self.parallel else made


def on_all_cores(product: Loops) -> Loops:
    """A strip of a's rows for each core, each in a thread of its own; what torch uses is left alone."""
    cores = os.cpu_count() or 1

    def strips(a: Array, b: Array, c: Array) -> None:
        height = -(-a.shape[0] // (4 * cores)) * 4  # rows of a strip, a multiple of 4
        starts = range(0, a.shape[0], height)
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(lambda at: product(a[at : at + height], b, c[at : at + height]), starts))

    return strips


RUNGS: Mapping[str, Rung] = {
    rung.name: rung
    for rung in (
        Rung("ijk", "", ijk),
        Rung("ikj", "ijk", ikj),
        Rung("tiled", "ikj", tiled),
        Rung("vectorised", "tiled", tiled, simd=True),
        Rung("dots", "ijk", dots, transposed=True),
        Rung("one_sum", "dots", one_sum, transposed=True),
        Rung("unrolled_2", "dots", unrolled_2, transposed=True),
        Rung("unrolled_4", "unrolled_2", unrolled_4, transposed=True),
        Rung("unrolled_8", "unrolled_4", unrolled_8, transposed=True),
        Rung("registers", "vectorised", registers, simd=True, fused=True),
        Rung("parallel", "registers", registers, simd=True, fused=True, parallel=True),
    )
}
"""Each with one idea more; the unrolled ones begin again without SIMD, so that unrolling shows alone."""

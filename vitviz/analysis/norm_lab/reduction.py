"""How a GPU adds up one row: numbers in threads, threads in warps, warps in a block, and blocks.

A simulation of what torch's kernel does for a layer norm (aten/src/ATen/native/cuda/layer_norm_kernel.cu,
``compute_stats``): every thread runs over a few neighbouring numbers, a warp shuffles down with halving offsets, the
upper half of the warps hands over through shared memory until one is left. A row that is split over blocks goes
through global memory once more. Real warps have 32 lanes; here they are small enough to be drawn.

Every thread carries a sum, and (count, mean, M2), which two threads combine by the formula of Chan, Golub and LeVeque
(1983, The American Statistician 37(3), eq. 2.1). All arithmetic is float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Kind = Literal["read", "shuffle", "shared_write", "shared_merge", "global_write", "global_merge"]
THREADS = 16


class Part(NamedTuple):
    """What one thread knows of the numbers that it stands for: float32, also the count ``n``."""

    n: np.float32
    total: np.float32
    mean: np.float32
    m2: np.float32


@dataclass(frozen=True)
class Step:
    """The state of all threads after one step.

    ``parts`` (threads, 4) float32 are count, sum, mean, M2. ``operand`` (threads,) is the thread whose part was
    combined with a thread's own, or -1; for a "read" it is the number of the row that was read. ``live`` (threads,)
    are those that still matter. ``held`` are the threads whose parts lie in shared or global memory after the step.
    """

    kind: Kind
    offset: int
    parts: NDArray[np.float32]
    operand: NDArray[np.int64]
    live: NDArray[np.bool_]
    held: tuple[int, ...] = ()


@dataclass(frozen=True)
class Layout:
    """How ``THREADS`` threads are grouped."""

    numbers: int
    lanes: int
    blocks: int

    @property
    def each(self) -> int:
        """Numbers that one thread reads."""
        return self.numbers // THREADS

    @property
    def warps(self) -> int:
        """Warps of one block."""
        return THREADS // (self.lanes * self.blocks)


def read(part: Part, value: np.float32) -> Part:
    """One more number: the sum as it is, mean and M2 by Welford's update."""
    n = np.float32(part.n + np.float32(1))
    delta = np.float32(value - part.mean)
    mean = np.float32(part.mean + delta / n)
    return Part(n, np.float32(part.total + value), mean, np.float32(part.m2 + delta * (value - mean)))


def combine(a: Part, b: Part) -> Part:
    """Two parts of a row as one (Chan, Golub and LeVeque 1983)."""
    n = np.float32(a.n + b.n)
    delta = np.float32(b.mean - a.mean)
    mean = np.float32(a.mean + delta * b.n / n)
    m2 = np.float32(a.m2 + b.m2 + delta * delta * a.n * b.n / n)
    return Part(n, np.float32(a.total + b.total), mean, m2)


def serial(row: NDArray[np.float32]) -> Part:
    """One thread that runs over the whole row (n,)."""
    zero = np.float32(0)
    part = Part(zero, zero, zero, zero)
    for value in row:
        part = read(part, value)
    return part


def reduce(row: NDArray[np.float32], layout: Layout) -> tuple[Step, ...]:
    """Every step from the row (numbers,) to its sum, mean and M2, which thread 0 has at the end.

    Raises:
        ValueError: if the row does not fill the threads, or the threads do not fill the warps and blocks.
    """
    if len(row) != layout.numbers or layout.numbers % THREADS or THREADS % (layout.lanes * layout.blocks):
        raise ValueError(f"{len(row)} numbers do not fill {layout} with {THREADS} threads")
    steps = _reads(row, layout)
    offset = layout.lanes // 2
    while offset:
        steps.append(_shuffle(steps[-1], layout, offset))
        offset //= 2
    offset = layout.warps // 2
    while offset:
        steps.extend(_through_shared(steps[-1], layout, offset))
        offset //= 2
    if layout.blocks > 1:
        steps.extend(_through_global(steps[-1], layout))
    return tuple(steps)


class Totals(NamedTuple):
    """Sum, mean and biased variance of a row; ``depth`` is how many additions stand behind one another, if counted."""

    total: float
    mean: float
    variance: float
    depth: int | None


class Compared(NamedTuple):
    """A row added up by the tree of threads and by one thread, in float32, and exactly, in float64."""

    tree: Totals
    serial: Totals
    exact: Totals


def compare(row: NDArray[np.float32], steps: tuple[Step, ...], layout: Layout) -> Compared:
    """What ``reduce`` arrived at in ``steps``, beside one thread alone and float64."""
    exact = row.astype(np.float64)
    return Compared(
        _totals(_part(steps[-1], 0), layout.each - 1 + THREADS.bit_length() - 1),
        _totals(serial(row), len(row) - 1),
        Totals(float(exact.sum()), float(exact.mean()), float(exact.var()), None),
    )


def _totals(part: Part, depth: int) -> Totals:
    return Totals(float(part.total), float(part.mean), float(part.m2) / float(part.n), depth)


def _reads(row: NDArray[np.float32], layout: Layout) -> list[Step]:
    zero = np.float32(0)
    parts = [Part(zero, zero, zero, zero)] * THREADS
    steps = []
    for k in range(layout.each):
        places = np.arange(THREADS) * layout.each + k
        parts = [read(part, row[place]) for part, place in zip(parts, places, strict=True)]
        steps.append(Step("read", k, np.array(parts, np.float32), places, np.ones(THREADS, bool)))
    return steps


def _shuffle(before: Step, layout: Layout, offset: int) -> Step:
    """``__shfl_down_sync``: a lane gets the part of the lane ``offset`` above it; past the warp's end its own."""
    lane = np.arange(THREADS) % layout.lanes
    operand = np.arange(THREADS) + np.where(lane + offset < layout.lanes, offset, 0)
    merged = [combine(_part(before, i), _part(before, int(j))) for i, j in enumerate(operand)]
    return Step("shuffle", offset, np.array(merged, np.float32), operand, lane < offset)


def _through_shared(before: Step, layout: Layout, offset: int) -> tuple[Step, Step]:
    """The first lanes of the upper half of the warps write, a barrier, those of the lower half read and combine."""
    warp = np.arange(THREADS) // layout.lanes % layout.warps  # within its block
    first = np.arange(THREADS) % layout.lanes == 0
    above = first & (warp >= offset) & (warp < 2 * offset)
    below = first & (warp < offset)
    return _hand_over(before, ("shared_write", "shared_merge"), above, below, offset, layout.lanes * offset)


def _through_global(before: Step, layout: Layout) -> tuple[Step, Step]:
    """Blocks cannot see each other's shared memory: all but one write to global memory, the last one reads."""
    size = THREADS // layout.blocks
    first = np.arange(THREADS) % size == 0
    above, below = first & (np.arange(THREADS) >= size), first & (np.arange(THREADS) < size)
    return _hand_over(before, ("global_write", "global_merge"), above, below, 1, size)


def _hand_over(
    before: Step,
    kinds: tuple[Kind, Kind],
    above: NDArray[np.bool_],
    below: NDArray[np.bool_],
    offset: int,
    distance: int,
) -> tuple[Step, Step]:
    nobody = np.full(THREADS, -1)
    held = tuple(int(i) for i in np.flatnonzero(above))
    written = Step(kinds[0], offset, before.parts, nobody, above | below, held)
    operand = np.where(below, np.arange(THREADS) + distance, -1)
    parts = [
        combine(_part(before, i), _part(before, int(j))) if j >= 0 else _part(before, i)
        for i, j in enumerate(operand)
    ]
    return written, Step(kinds[1], offset, np.array(parts, np.float32), operand, below, held)


def _part(step: Step, thread: int) -> Part:
    return Part(*step.parts[thread])

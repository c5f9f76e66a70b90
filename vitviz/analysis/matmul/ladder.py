"""GFLOP/s of compiled loops and of Halide's schedules at one n, each checked against torch's product before it counts.

A way that takes too long gets only the first rows of A, as in ``timing``. Compiling is timed apart from running.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray

from vitviz.analysis.compilers import Compiled
from vitviz.analysis.matmul import halide_schedules, loops
from vitviz.analysis.matmul.timing import Gate, time_runs

PATIENCE = (
    0.02  # seconds that a run may be expected to take: short ones slip between what else the machine does
)
LEAST_ROWS = 32  # of A
RUNS = (7, 60)  # at least, at most
LONG_ENOUGH = 0.25  # seconds of runs after which there is probably one that nothing disturbed
LIBRARY = "torch"

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Way:
    """What makes its machine code, and whether that takes B transposed; the copy is no part of what is timed."""

    make: Callable[[], Compiled]
    transposed: bool = False


@dataclass(frozen=True)
class Timed:
    """One way at size n: the first ``rows`` of A (n, n) times B (n, n).

    ``error`` is the largest |difference| from torch's product, ``right`` whether every difference is within the
    rounding of two sums. Only then there are ``seconds``, the shortest of ``runs``: whatever else the machine does can
    only make a run longer; ``spread`` is their median in times of the shortest. ``compiling`` is 0 for the library.
    """

    name: str
    size: int
    rows: int
    compiling: float
    error: float
    right: bool
    seconds: float | None
    spread: float
    runs: int

    @property
    def gflops(self) -> float | None:
        """Billions of multiplications and additions a second; None where the product is wrong."""
        return None if self.seconds is None else 2 * self.rows * self.size**2 / self.seconds / 1e9


def disturbance(timed: Sequence[Timed]) -> float:
    """How many times as long as the shortest run the middle one took, for the middle one of all ways."""
    return median(one.spread for one in timed)


@dataclass(frozen=True)
class Progress:
    """How far the measurement is (0 to 1), and the newest figure."""

    done: float
    timed: Timed


@dataclass(frozen=True)
class Product:
    """The operands, torch's product of them, and how far another float32 product of each number can be from it."""

    a: Array
    b: Array
    right: Array
    room: Array


def loop_ways() -> Mapping[str, Way]:
    """The library on one thread, then every rung of ``loops``."""
    return {LIBRARY: Way(_library)} | {
        name: Way(rung.compiled, rung.transposed) for name, rung in loops.RUNGS.items()
    }


def halide_ways() -> Mapping[str, Way]:
    """The library on one thread, then every schedule."""
    return {LIBRARY: Way(_library)} | {name: _schedule(name) for name in halide_schedules.SCHEDULES}


def measure(ways: Mapping[str, Way], size: int, gate: Gate) -> Iterator[Progress]:
    """Compile, check and measure every way; ``gate`` is held while one is compiled and during single runs.

    Raises:
        vitviz.analysis.compilers.CompilerError: there is no compiler for a way.
    """
    with gate():
        product = product_of(size)
    for number, (name, way) in enumerate(ways.items()):
        yield Progress((number + 1) / len(ways), timed(name, way, product, gate))


def product_of(size: int) -> Product:
    """Two n x n matrices of standard normal numbers, the same ones every time."""
    a, b = np.random.default_rng(size).standard_normal((2, size, size), dtype=np.float32)
    right = (torch.from_numpy(a) @ torch.from_numpy(b)).numpy()
    # Each of two sums of n products is within n u |a||b| of the exact one, u = 2^-24 (Higham 2002, eq. 3.5).
    largest = (torch.from_numpy(np.abs(a)) @ torch.from_numpy(np.abs(b))).numpy()
    return Product(a, b, right, np.float32(2.1 * size * 2.0**-24) * largest)


def timed(name: str, way: Way, product: Product, gate: Gate) -> Timed:
    """One way: made, checked, and measured if it is right."""
    with gate():
        made = way.make()
    size = len(product.b)
    b = product.b.T.copy() if way.transposed else product.b
    c = np.empty_like(product.a)  # (n, n)

    def run(rows: int) -> float:
        start = time.perf_counter()
        made.call(product.a[:rows], b, c[:rows])
        return time.perf_counter() - start

    rows = min(LEAST_ROWS, size)
    with gate():
        run(rows)  # not counted: caches, thread pools and pages are new
    c.fill(np.nan)
    while True:
        with gate():
            seconds = run(rows)
        if rows == size or 2 * seconds > PATIENCE:
            break
        rows *= 2
    difference = np.abs(c[:rows] - product.right[:rows])  # (rows, n)
    right = bool((difference <= product.room[:rows]).all())
    runs = time_runs(lambda: run(rows), gate, RUNS, LONG_ENOUGH) if right else []
    return Timed(
        name,
        size,
        rows,
        made.seconds,
        float(difference.max()),
        right,
        min(runs) if right else None,
        median(runs) / min(runs) if right else 1.0,
        len(runs),
    )


def _library() -> Compiled:
    def call(a: Array, b: Array, c: Array) -> None:
        torch.mm(torch.from_numpy(a), torch.from_numpy(b), out=torch.from_numpy(c))

    return Compiled(call, 0.0)


def _schedule(name: str) -> Way:
    return Way(lambda: halide_schedules.compiled_schedule(name))

"""GFLOP/s of every way to multiply two n x n matrices, small sizes first, each as far as patience reaches.

Three of the slow ways go on to larger n with only the first rows of A: each row (or strip of a tile's height) of the
result is made in the same way and with all of B, so a strip shows what memory costs without the wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.matmul.variants import ON_TENSORS, TILE, VARIANTS, operands

SIZES = (16, 32, 64, 128, 256, 512, 1024, 2048)
PATIENCE = 0.2  # seconds that a single run may be expected to take
ENOUGH = 3.0  # seconds of runs after which a way is not tried at larger sizes, however fast it once was
LONG_ENOUGH = 0.06  # seconds of runs after which a median is good enough
RUNS = (3, 15)  # at least, at most
LEAST_ROWS = {"dots": 8, "rows": 8, "blocked": TILE}  # of A; the other ways take all of them
CHECKED = 8  # rows of every product that are compared with float64

Gate = Callable[[], AbstractContextManager[None]]
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Speed:
    """One way at one size n: the first ``rows`` of A (n, n) times B (n, n).

    The median and the shortest run in seconds, of how many, and the largest |difference| from float64.
    """

    name: str
    size: int
    rows: int
    median: float
    shortest: float
    runs: int
    error: float

    @property
    def flop(self) -> int:
        """Multiplications and additions."""
        return 2 * self.rows * self.size**2

    @property
    def gflops(self) -> float:
        """Billions of multiplications and additions a second, at the median."""
        return self.flop / self.median / 1e9

    @property
    def best_gflops(self) -> float:
        """The same at the shortest run."""
        return self.flop / self.shortest / 1e9


@dataclass(frozen=True)
class Progress:
    """How far the measurement is (0 to 1), and the newest figure."""

    done: float
    speed: Speed


def measure(gate: Gate, sizes: tuple[int, ...] = SIZES, patience: float = PATIENCE) -> Iterator[Progress]:
    """Measure every way at every size that it will probably manage within ``patience`` seconds a run.

    ``gate`` is held during single runs only, so that others' work gets in between.
    """
    fastest: dict[
        str, float
    ] = {}  # so far, GFLOP/s; a small product may be slow for other reasons than its work
    spent = dict.fromkeys(VARIANTS, 0.0)
    for step, size in enumerate(sizes):
        a, b = np.random.default_rng(size).standard_normal((2, size, size), dtype=np.float32)
        for place, name in enumerate(VARIANTS):
            rows = _rows(name, size, fastest.get(name), patience)
            if rows is None or spent[name] > ENOUGH:
                continue
            speed = _speed(name, a[:rows], b, gate)
            spent[name] += speed.runs * speed.median
            fastest[name] = max(speed.best_gflops, fastest.get(name, 0.0))
            yield Progress((step + (place + 1) / len(VARIANTS)) / len(sizes), speed)


def peak(speeds: list[Speed]) -> float | None:
    """The fastest single run of the library, GFLOP/s: what this machine has shown that it can do."""
    return max((s.best_gflops for s in speeds if s.name in ON_TENSORS), default=None)


@dataclass(frozen=True)
class Summary:
    """One way over all its sizes: GFLOP/s at the size that all ways have, if any, and the best with its size.

    ``share`` is the best as a part of the peak, None where there is no peak; ``error`` the largest of all sizes.
    """

    name: str
    at_common: float | None
    best: float
    best_size: int
    share: float | None
    error: float


def by_name(speeds: list[Speed]) -> dict[str, list[Speed]]:
    """The figures of every way, in the order in which they were measured."""
    found: dict[str, list[Speed]] = {}
    for speed in speeds:
        found.setdefault(speed.name, []).append(speed)
    return found


def common_size(speeds: list[Speed]) -> int:
    """The largest size at which every way so far was measured; 0 if there is none."""
    sizes = [{speed.size for speed in own} for own in by_name(speeds).values()]
    return max(set.intersection(*sizes), default=0) if sizes else 0


def summarise(speeds: list[Speed]) -> list[Summary]:
    """A line for every way."""
    top, common = peak(speeds), common_size(speeds)
    lines = []
    for name, own in by_name(speeds).items():
        best = max(own, key=lambda speed: speed.gflops)
        at_common = next((speed.gflops for speed in own if speed.size == common), None)
        share = best.gflops / top if top else None
        error = max(speed.error for speed in own)
        lines.append(Summary(name, at_common, best.gflops, best.size, share, error))
    return lines


def _rows(name: str, size: int, gflops: float | None, patience: float) -> int | None:
    """Rows of A with which a run probably takes ``patience`` seconds; None where the fewest take longer."""
    rows = size
    if gflops is None:
        return rows
    a_row = 2 * size**2 / gflops / 1e9  # seconds
    least = min(size, LEAST_ROWS.get(name, size))
    while rows * a_row > patience and rows // 2 >= least:
        rows //= 2
    return rows if rows * a_row <= patience else None


def time_runs(
    run: Callable[[], object], gate: Gate, runs: tuple[int, int] = RUNS, enough: float = LONG_ENOUGH
) -> list[float]:
    """Seconds of each run, at least and at most so many, until they took long ``enough``; each holds the gate."""
    seconds: list[float] = []
    while len(seconds) < runs[0] or (sum(seconds) < enough and len(seconds) < runs[1]):
        with gate():
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    return seconds


def _speed(name: str, a: Array, b: Array, gate: Gate) -> Speed:
    multiply = cast(Callable[[Any, Any], Any], VARIANTS[name])
    left, right = operands(name, a, b)
    with gate():
        product = multiply(left, right)  # not counted: caches, thread pools and pages are new
    seconds = time_runs(lambda: multiply(left, right), gate)
    exact = a[:CHECKED].astype(np.float64) @ b.astype(np.float64)  # (CHECKED, n)
    error = float(np.abs(np.asarray(product[:CHECKED], dtype=np.float64) - exact).max())
    return Speed(name, len(b), len(a), median(seconds), min(seconds), len(seconds), error)

"""Nanoseconds and clock cycles of one operation, alone in a chain and in twelve chains at once, on this machine.

The clock is measured too: a chain of whole-number operations of one cycle each runs beside every other chain. What a
system says of its clock is a nominal one, and the real one changes while a program runs. Of all runs the shortest
counts: whatever else the machine does can only make a run longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from vitviz.analysis.compilers import Compiled, compiled
from vitviz.analysis.operations.chains import (
    OPERATIONS,
    WIDTH,
    Array,
    Chain,
    Operation,
    Step,
    dependent,
    independent,
    two_cycles,
)

LONGER = 4  # times as many links as in a short run
ROUNDS = 25
# Four times the links take about four times as long; were there no work in the loop, it would be once.
STEADY = (3.0, 6.0)
MIXED = 12345  # an odd number that changes many bits

Gate = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Cost:
    """One operation: nanoseconds from operands to result, between two that do not wait, and of a clock cycle.

    ``growth`` is how many times as long four times the links took, dependent and independent; ``compiling`` seconds.
    """

    name: str
    latency: float
    throughput: float
    cycle: float
    growth: tuple[float, float]
    compiling: float

    @property
    def steady(self) -> bool:
        """Whether the time grew with the work; else the figures say nothing."""
        return all(STEADY[0] <= growth <= STEADY[1] for growth in self.growth)


@dataclass(frozen=True)
class Progress:
    """How far the measurement is (0 to 1), and the newest figures."""

    done: float
    cost: Cost


@dataclass(frozen=True)
class _Runs:
    """A chain in machine code with its operands, and the shortest runs so far: of few links, of many."""

    chain: Compiled
    starts: Array
    ys: Array
    shortest: list[float]

    def again(self, links: int) -> None:
        """Run it with so many links and with four times as many."""
        ends = np.empty_like(self.starts)
        for at, count in enumerate((links, LONGER * links)):
            start = time.perf_counter()
            self.chain.call(count, self.starts, self.ys, ends)
            self.shortest[at] = min(self.shortest[at], time.perf_counter() - start)

    def each(self, links: int) -> float:
        """Nanoseconds of a link."""
        return 1e9 * self.shortest[1] / (LONGER * links)

    @property
    def growth(self) -> float:
        """Time of the longer run in times of the shorter."""
        return self.shortest[1] / self.shortest[0]


def chain_of(
    kind: Callable[[Step], Chain], step: Step, *, whole: bool = False, fused: bool = False
) -> Compiled:
    """A chain of ``step`` in machine code, for float32 or for ``whole`` numbers."""
    number = "int64" if whole else "float32"
    return compiled(kind, f"void(int64, {number}[::1], {number}[::1], {number}[::1])", of=step, fused=fused)


def starts_of(whole: bool = False) -> Array:
    """Where the twelve chains start, (12,)."""
    return np.arange(1, WIDTH + 1) if whole else np.linspace(0.5, 1.5, WIDTH, dtype=np.float32)


def y_of(operation: Operation) -> Array:
    """Its y, (1,)."""
    return np.array([operation.y], np.float32)


def measure(
    gate: Gate, operations: tuple[Operation, ...] = OPERATIONS, rounds: int = ROUNDS
) -> Iterator[Progress]:
    """Measure every operation; ``gate`` is held while a chain is compiled and during a round of short runs.

    An addition has to be the first of ``operations``: its latency is taken off where one comes before the operation.

    Raises:
        vitviz.analysis.compilers.CompilerError: there is no numba.
    """
    addition = 0.0
    for number, operation in enumerate(operations):
        with gate():
            clock = _runs(dependent, two_cycles, np.array([MIXED]), whole=True)
        with gate():
            alone = _runs(dependent, operation.step, y_of(operation), fused=operation.fused)
        with gate():
            beside = _runs(independent, operation.step, y_of(operation), fused=operation.fused)
        for _ in range(rounds):
            with gate():
                for runs in (clock, alone, beside):
                    runs.again(operation.links)
        latency = alone.each(operation.links)
        addition = addition or latency
        cost = Cost(
            operation.name,
            latency - addition if operation.has_addition else latency,
            beside.each(operation.links),
            clock.each(operation.links) / 2,
            (alone.growth, beside.growth),
            alone.chain.seconds + beside.chain.seconds,
        )
        yield Progress((number + 1) / len(operations), cost)


def _runs(
    kind: Callable[[Step], Chain], step: Step, ys: Array, *, whole: bool = False, fused: bool = False
) -> _Runs:
    chain = chain_of(kind, step, whole=whole, fused=fused)
    return _Runs(chain, starts_of(whole), ys, [np.inf, np.inf])

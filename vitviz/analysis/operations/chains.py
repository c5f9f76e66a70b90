"""One operation, many times over: each waits for the one before it, or twelve chains do not wait for one another.

A dependent chain costs the latency of the operation for each link: the time from its operands to its result. Twelve
chains side by side fill the processor's units, and what each link costs then is the throughput: the time until a unit
takes the next one. Results are handed back, so that no compiler may leave the work out; the loop's own counting goes on
beside the chain and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
X = TypeVar("X")
Step = Callable[[Any, Any], Any]
Chain = Callable[[int, Array, Array, Array], None]
WIDTH = 12  # chains side by side: at least latency x units of a processor's additions


def add(x: X, y: Any) -> X:
    """One addition."""
    return x + y


def multiply(x: X, y: Any) -> X:
    """One multiplication."""
    return x * y


def multiply_add(x: X, y: Any) -> X:
    """A multiplication and an addition, fused into one instruction where there is one."""
    return x * y + y


def divide(x: X, y: Any) -> X:
    """One division; the result goes back and forth between two numbers."""
    return y / x


def root(x: X, y: Any) -> X:
    """One square root. Of the root alone all would soon be 1, and some processors take short cuts there."""
    return np.sqrt(x + y)


def exponential(x: X, y: Any) -> X:
    """One exponential of a sum that keeps the numbers where they are."""
    return np.exp(y - x)


def two_cycles(x: X, y: Any) -> X:
    """Two operations on whole numbers, of one clock cycle each on every processor of today: the clock."""
    return (x ^ y) + y


@dataclass(frozen=True)
class Operation:
    """A step, the y that it gets, and how many links make a run of a fifth of a millisecond, a multiple of twelve.

    ``has_addition``: one stands before what is measured. ``fused``: both halves may be one instruction.
    """

    step: Step
    y: float
    links: int
    has_addition: bool = False
    fused: bool = False

    @property
    def name(self) -> str:
        """That of its step."""
        return self.step.__name__


OPERATIONS = (
    Operation(add, 1e-3, 192_000),
    Operation(multiply, 1 - 2**-20, 192_000),
    Operation(multiply_add, 0.5, 192_000, fused=True),
    Operation(divide, 1.7, 48_000),
    Operation(root, 0.7, 48_000, has_addition=True),
    Operation(exponential, 0.6, 24_000, has_addition=True),
)


def dependent(step: Step) -> Chain:
    """``count`` steps from the first of ``starts`` on, each of the result of the one before; the last into ``ends``."""

    def chain(count: int, starts: Array, ys: Array, ends: Array) -> None:
        x, y = starts[0], ys[0]
        for _ in range(count):
            x = step(x, y)
        ends[0] = x

    return chain


def independent(step: Step) -> Chain:
    """``count`` steps in twelve chains, from ``starts`` (12,) to ``ends`` (12,)."""

    def chain(count: int, starts: Array, ys: Array, ends: Array) -> None:
        y = ys[0]
        x0, x1, x2, x3, x4, x5 = starts[0], starts[1], starts[2], starts[3], starts[4], starts[5]
        x6, x7, x8, x9, x10, x11 = starts[6], starts[7], starts[8], starts[9], starts[10], starts[11]
        for _ in range(count // 12):
            x0, x1, x2 = step(x0, y), step(x1, y), step(x2, y)
            x3, x4, x5 = step(x3, y), step(x4, y), step(x5, y)
            x6, x7, x8 = step(x6, y), step(x7, y), step(x8, y)
            x9, x10, x11 = step(x9, y), step(x10, y), step(x11, y)
        ends[0], ends[1], ends[2], ends[3], ends[4], ends[5] = x0, x1, x2, x3, x4, x5
        ends[6], ends[7], ends[8], ends[9], ends[10], ends[11] = x6, x7, x8, x9, x10, x11

    return chain

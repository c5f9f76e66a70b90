"""What every method of this folder returns, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vitviz.tracing.trace import Trace

Of = Literal["nothing", "logit", "probability"]


@dataclass(frozen=True)
class ClassMap:
    """One number for every cell of a grid over the picture, unscaled: what a flat map looks like is its own affair.

    ``values`` is (h, w). ``signed``: below 0 means against the class; else nothing is below 0. ``of`` says what the
    numbers are a derivative or a difference of; "nothing": the method is the same for every class. ``target`` and
    ``against`` are classes; with ``against`` the number is that of ``target`` minus that of ``against``. ``passes`` is
    the cost in runs of the network, a backward pass counted as two. ``figures`` are further numbers by name, as the
    completeness gap of integrated gradients.
    """

    method: str
    values: NDArray[np.float64]
    signed: bool
    of: Of
    target: int
    against: int | None = None
    passes: float = 0.0
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns


def no_reason(trace: Trace) -> str:
    """Of a method that can be asked of any run."""
    return ""


@dataclass(frozen=True)
class Method:
    """A method by its name, which texts and addresses use.

    ``attribute(trace, target, against=None, **options)`` makes the map. ``why_not(trace)`` is the empty string where
    the method is defined for the run's model, else the key of a reason. ``slow``: it takes many runs. ``classless``:
    its map is the same for every class.
    """

    name: str
    attribute: Callable[..., ClassMap]
    why_not: Callable[[Trace], str] = no_reason
    slow: bool = False
    classless: bool = False

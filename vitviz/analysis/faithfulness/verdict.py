"""Whether an order of cells does better than random ones: a permutation test with twenty of them.

If a map knew nothing, its order would be one more random order, and the chance that it does better than all twenty
were about 1 in 21. That is the rule: better than chance is what does better than every random order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.faithfulness.curves import Curves

Word = Literal["better", "chance", "worse"]


@dataclass(frozen=True)
class Verdict:
    """A map's area among those of random orders, where more is better; ``random`` (R,)."""

    value: float
    random: NDArray[np.float64]

    @property
    def beaten(self) -> int:
        """How many random orders the map does better than; a tie is none."""
        return int((self.random < self.value).sum())

    @property
    def gain(self) -> float:
        """What the map has more than the mean of the random orders."""
        return self.value - float(self.random.mean())

    @property
    def spread(self) -> float:
        """The standard deviation of the random orders."""
        return float(self.random.std(ddof=1))

    @property
    def word(self) -> Word:
        """Better than every random order, worse than every one, or among them."""
        if self.beaten == len(self.random):
            return "better"
        return "worse" if bool((self.random > self.value).all()) else "chance"


@dataclass(frozen=True)
class Verdicts:
    """Of one map: by the gap of both areas, which decides, and by each alone. Less deletion area is better."""

    gap: Verdict
    deletion: Verdict
    insertion: Verdict


def judged(of_map: Curves, of_random: Curves) -> Verdicts:
    """The first order of ``of_map`` among those of ``of_random``."""
    return Verdicts(
        Verdict(float(of_map.gaps[0]), of_random.gaps),
        Verdict(-float(of_map.deletion_areas[0]), -of_random.deletion_areas),
        Verdict(float(of_map.insertion_areas[0]), of_random.insertion_areas),
    )

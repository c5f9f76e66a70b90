"""Whether an order of cells does better than random ones: permutation tests with twenty of them, half by half.

If a map knew nothing, its order would be one more random order. The twenty are ten and the same ten backwards, whose
gaps are those of the ten with the sign turned. So a map that knows nothing has the gap of the largest size of eleven
once in eleven times, and on the right side half as often: its gap is better than all twenty once in 22 times.

The gap is a sum, and one half of it can carry the other: a map that is right about what matters most and says nothing
of the rest passes by its deletion area alone. So each area has its own place among those of the random orders, and a
map is called better than chance only where both areas are better than every random order's. (Then the gap is too.)
Maps whose gaps differ by less than the random orders do among themselves are not ranked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.faithfulness.curves import Curves

Word = Literal["better", "chance", "worse"]
Place = Literal["all", "most", "among", "none"]
Grade = Literal["better", "half", "sum", "mixed", "chance", "worse_half", "worse"]
MOST = 0.75  # the share of the random orders that are most of them
IF_BETTER: tuple[Grade, ...] = ("sum", "half", "better")  # where the gap is, by how many areas are
IF_WORSE: tuple[Grade, ...] = ("chance", "worse_half", "worse")


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
    def multiple(self) -> float:
        """The gain as a multiple of that of the best random order; NaN where these are all the same."""
        best = float(self.random.max() - self.random.mean())
        return self.gain / best if best > 0 else float("nan")

    @property
    def word(self) -> Word:
        """Better than every random order, worse than every one, or among them."""
        if self.beaten == len(self.random):
            return "better"
        return "worse" if bool((self.random > self.value).all()) else "chance"

    @property
    def place(self) -> Place:
        """Better than all random orders, than most of them (three quarters), among them, or worse than all: none."""
        if self.word != "chance":
            return "all" if self.word == "better" else "none"
        return "most" if self.beaten >= MOST * len(self.random) else "among"


@dataclass(frozen=True)
class Verdicts:
    """Of one map: by the gap of both areas, and by each alone. Less deletion area is better, so its sign is turned."""

    gap: Verdict
    deletion: Verdict
    insertion: Verdict

    @property
    def grade(self) -> Grade:
        """What both halves show together, and never more.

        - ``better``: both areas are better than those of all random orders.
        - ``half``: the gap is, and one of the areas.
        - ``sum``: the gap is, neither area.
        - ``mixed``: an area is, not the gap.
        - ``worse``: both areas are worse than those of all random orders.
        - ``worse_half``: the gap is, and one of the areas.
        - ``chance``: everything else.
        """
        words = (self.deletion.word, self.insertion.word)
        better, worse = words.count("better"), words.count("worse")
        if self.gap.word == "better":
            return IF_BETTER[better]
        if self.gap.word == "worse":
            return IF_WORSE[worse]
        return "mixed" if better else "chance"


def judged(of_map: Curves, of_random: Curves) -> Verdicts:
    """The first order of ``of_map`` among those of ``of_random``."""
    return Verdicts(
        Verdict(float(of_map.gaps[0]), of_random.gaps),
        Verdict(-float(of_map.deletion_areas[0]), -of_random.deletion_areas),
        Verdict(float(of_map.insertion_areas[0]), of_random.insertion_areas),
    )


def ranked(verdicts: Mapping[str, Verdict]) -> tuple[tuple[str, ...], ...]:
    """Names from the best gap to the worst, in groups that are not told apart.

    Of a group none is behind its best one by as much as the standard deviation of the random orders: on one picture a
    smaller difference says nothing.
    """
    groups: list[list[str]] = []
    for name in sorted(verdicts, key=lambda one: -verdicts[one].value):
        here = verdicts[name]
        if groups and verdicts[groups[-1][0]].value - here.value < here.spread:
            groups[-1].append(name)
        else:
            groups.append([name])
    return tuple(map(tuple, groups))

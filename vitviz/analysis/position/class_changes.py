"""What changed runs of a model do to its class scores: probabilities, ranks, differences from the plain run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LITTLE = (
    0.05  # of all probability: a model that gives other classes less than that makes little use of positions
)

Logits = NDArray[np.floating]


@dataclass(frozen=True)
class ClassChange:
    """One class in one run: its probability, its rank (0 is the likeliest), and the change from the plain run."""

    probability: float
    rank: int
    change: float


def probabilities(logits: Logits) -> NDArray[np.float64]:
    """softmax of (K,) in float64."""
    powers = np.exp(logits.astype(np.float64) - float(logits.max()))
    share: NDArray[np.float64] = powers / powers.sum()
    return share


def ranks(logits: Logits) -> NDArray[np.int64]:
    """The place of every class among all, (K,): 0 for the highest score, the first of equals first."""
    places: NDArray[np.int64] = np.argsort(np.argsort(-logits, kind="stable"))
    return places


def listed_classes(runs: Sequence[Logits], count: int) -> list[int]:
    """The first run's ``count`` best classes, best first, then the best of other runs that are not in the list yet."""
    best = np.argsort(-runs[0], kind="stable")[:count].tolist()
    for logits in runs[1:]:
        best += [i for i in np.argsort(-logits, kind="stable")[:count].tolist() if i not in best]
    return best


def class_changes(runs: Sequence[Logits], classes: Sequence[int]) -> list[list[ClassChange]]:
    """For each of ``classes`` what every run says of it; the first run is the plain one."""
    shares = [probabilities(logits) for logits in runs]
    places = [ranks(logits) for logits in runs]
    return [
        [
            ClassChange(float(share[index]), int(place[index]), float(share[index] - shares[0][index]))
            for share, place in zip(shares, places, strict=True)
        ]
        for index in classes
    ]


def likeliest(logits: Logits) -> tuple[int, float]:
    """The class with the highest score, and its probability."""
    best = int(logits.argmax())
    return best, float(probabilities(logits)[best])


def gap(logits: Logits, other: Logits) -> float:
    """Largest |difference| of two runs' class scores (K,)."""
    return float(np.abs(logits - other).max())


def moved(plain: Logits, changed: Sequence[Logits]) -> float:
    """How much of all probability is with other classes in a changed run than in the plain one; the largest of them.

    Half the sum of all |differences| (total variation): with a thousand classes none of them has to move by much.
    """
    before = probabilities(plain)
    return max(float(np.abs(probabilities(logits) - before).sum()) / 2 for logits in changed)


@dataclass(frozen=True)
class PositionUse:
    """How much use a model makes of positions on one picture: the share of probability that moves without them."""

    moved: float

    @property
    def little(self) -> bool:
        """Whether it sees the picture almost as a bag of patches."""
        return self.moved < LITTLE


def position_use(plain: Logits, runs: Mapping[str, Logits]) -> PositionUse:
    """From the run with positions removed and the one with the contents shuffled (see ``runs.Change``)."""
    return PositionUse(moved(plain, [runs["removed"], runs["contents"]]))

"""What was measured of inductive bias: a conv net, a Swin and a ViT of equal size, learned from few to many pictures.

The runs come with vitviz (``assets/data/inductive-bias.json``, made by ``vitviz.train.inductive_bias``). What a page
says of them is decided here, from the runs. Imports no torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

from vitviz.assets import shipped
from vitviz.zoo.errors import CheckpointError

FILE = shipped("assets") / "data" / "inductive-bias.json"
BY_HEART = 0.99  # accuracy on what was learned from, above which training had nothing left to learn


@dataclass(frozen=True)
class BiasRun:
    """One network, trained on so many pictures from one seed."""

    network: str
    pictures: int
    seed: int
    accuracy: float
    accuracy_on_training: float
    loss: float
    cpu_seconds: float


@dataclass(frozen=True)
class Order:
    """The best and the second network by their means; ``clear`` where every seed of one leads."""

    pictures: int
    first: str
    second: str
    of_first: float
    of_second: float
    clear: bool


@dataclass(frozen=True)
class BiasCurve:
    """All runs, with the recipe that they share and the parameters of each network."""

    recipe: Mapping[str, float]
    side: int
    classes: int
    parameters: Mapping[str, int]
    runs: tuple[BiasRun, ...]

    @property
    def networks(self) -> tuple[str, ...]:
        """Their names, the one with most built in first."""
        return tuple(self.parameters)

    @property
    def counts(self) -> tuple[int, ...]:
        """Numbers of pictures, rising."""
        return tuple(sorted({run.pictures for run in self.runs}))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of every point."""
        return tuple(sorted({run.seed for run in self.runs}))

    def of(self, network: str, pictures: int) -> tuple[BiasRun, ...]:
        """The runs of one point."""
        return tuple(run for run in self.runs if (run.network, run.pictures) == (network, pictures))

    def mean(self, network: str, pictures: int) -> float:
        """Accuracy on new pictures, the mean of the seeds."""
        return fmean(run.accuracy for run in self.of(network, pictures))

    def mean_on_training(self, network: str, pictures: int) -> float:
        """Accuracy on the pictures that were learned from, the mean of the seeds."""
        return fmean(run.accuracy_on_training for run in self.of(network, pictures))

    def order(self, pictures: int) -> Order:
        """Who leads from so many pictures."""
        first, second = sorted(self.networks, key=lambda name: -self.mean(name, pictures))[:2]
        worst, best = (
            pick(run.accuracy for run in self.of(name, pictures))
            for pick, name in ((min, first), (max, second))
        )
        return Order(
            pictures, first, second, self.mean(first, pictures), self.mean(second, pictures), worst > best
        )

    def unfinished(self) -> tuple[tuple[str, int, float], ...]:
        """Networks, numbers of pictures and the accuracy on these, where the steps did not suffice to learn them."""
        return tuple(
            (name, count, self.mean_on_training(name, count))
            for name in self.networks
            for count in self.counts
            if self.mean_on_training(name, count) < BY_HEART
        )


def read_curve(path: Path) -> BiasCurve:
    """The runs in a file.

    Raises:
        CheckpointError: if it is missing, or holds no such runs: every network with every count and seed, once.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        runs = tuple(BiasRun(**run) for run in data["runs"])
        curve = BiasCurve(data["recipe"], data["side"], data["classes"], data["parameters"], runs)
    except FileNotFoundError as error:
        raise CheckpointError("shipped_missing", file=path.name) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError("shipped_damaged", file=path.name, reason="no runs") from error
    points = [(run.network, run.pictures, run.seed) for run in runs]
    wanted = {(name, n, seed) for name in curve.networks for n in curve.counts for seed in curve.seeds}
    if len(points) != len(set(points)) or set(points) != wanted or not runs:
        raise CheckpointError("shipped_damaged", file=path.name, reason="not every run once")
    return curve


@cache
def inductive_bias() -> BiasCurve:
    """The runs that come with vitviz.

    Raises:
        CheckpointError: if their file is missing or damaged.
    """
    return read_curve(FILE)

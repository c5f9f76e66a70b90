"""What is known of embedded weights: the part of the JSON beside them that the app needs. Imports no torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import ASSETS, ModelEntry
from vitviz.zoo.shipped import shipped_json

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class WorldFacts:
    """The file that has class means and covariance, and from which distance on a picture is not of its world.

    ``inside_share`` of the validation pictures are not further away than ``distance_limit``.
    """

    sha256: str
    distance_limit: float
    inside_share: float


@dataclass(frozen=True)
class WeightFacts:
    """Figures of trained weights on their validation pictures, and how to read their probabilities.

    ``ece`` and ``ece_scaled`` are the expected calibration errors of softmax(logits) and of softmax(logits /
    temperature). ``unsure_share`` of the validation pictures have a largest calibrated probability below
    ``unsure_below``. Both are 0 where the JSON is older than they are: nothing then counts as unsure. ``world`` is None
    where no distances were measured.
    """

    sha256: str
    classes: tuple[str, ...]
    pictures: int
    top1: float
    temperature: float
    ece: float
    ece_scaled: float
    unsure_share: float
    unsure_below: float
    world: WorldFacts | None = None

    def calibrated(self, logits: Tensor) -> Tensor:
        """Probabilities softmax(logits / temperature) along the last axis."""
        return (logits / self.temperature).softmax(dim=-1)

    def unsure(self, confidence: float) -> bool:
        """Whether a picture with this largest calibrated probability is one that the model is not sure about."""
        return confidence < self.unsure_below


def read_facts(path: Path) -> WeightFacts:
    """The facts in a JSON that ``vitviz.train.export`` wrote.

    Raises:
        ValueError: the file is missing, or is no such JSON.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        figures, world = facts["figures"], facts.get("world", {})
        return WeightFacts(
            sha256=facts["sha256"],
            classes=tuple(figures["per_class"]),
            pictures=figures["pictures"],
            top1=figures["top1"],
            temperature=facts["temperature"],
            ece=figures["ece"],
            ece_scaled=figures["ece_scaled"],
            unsure_share=figures.get("unsure_share", 0.0),
            unsure_below=figures.get("unsure_below", 0.0),
            world=WorldFacts(world["sha256"], world["distance_limit"], world["inside_share"])
            if "inside_share" in world
            else None,
        )
    except OSError as error:
        raise ValueError(
            f"{path.name} is missing beside its weights; python -m vitviz.train.export writes both"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path.name} is not what python -m vitviz.train.export writes: {error!r}"
        ) from error


@cache
def weight_facts(entry: ModelEntry) -> WeightFacts | None:
    """The facts of an entry's embedded weights, or None for a model without any.

    Raises:
        CheckpointError: there are weights, but not their JSON.
    """
    if not entry.embedded:
        return None
    path = ASSETS / "weights" / f"{entry.name}.json"
    shipped_json(path)
    try:
        return read_facts(path)
    except ValueError as error:
        raise CheckpointError("shipped_damaged", file=path.name, reason="no facts of weights") from error

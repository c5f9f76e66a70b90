"""How far a picture lies from all that a network was trained on, in the space of what its head reads.

Every class is a cloud of features around its mean, and all clouds have one shape (Lee et al., arXiv 1807.03888):
the distance to the nearest mean, in that shape's own unit, says whether a picture is of the network's world.

>>> import torch
>>> from vitviz.analysis.class_scores.known_world import World
>>> world = World(torch.tensor([[0.0, 0.0], [4.0, 0.0]]), torch.eye(2), torch.tensor([0.5, 1.0, 2.0]))
>>> features = torch.tensor([[4.0, 2.0]])
>>> world.distances(features).tolist(), world.distance(features).tolist(), world.nearer(1.5)
([[10.0, 2.0]], [2.0], 2)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import torch
from safetensors.torch import load_file
from torch import Tensor

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.facts import weight_facts
from vitviz.zoo.registry import ModelEntry
from vitviz.zoo.shipped import shipped_weights


@dataclass(frozen=True, eq=False)
class World:
    """Class means (K, D) and the inverse (D, D) of the covariance that the classes share, over training pictures.

    ``validation`` (V,) are the distances of the validation pictures, nearest first; empty where none were measured.
    """

    means: Tensor
    precision: Tensor
    validation: Tensor = field(default_factory=lambda: torch.zeros(0))

    def distances(self, features: Tensor) -> Tensor:
        """Squared Mahalanobis distance to each class over the number of channels. (B, D) -> (B, K) in float64."""
        away = features.unsqueeze(1).double() - self.means.double()  # (B, K, D)
        return torch.einsum("bkd,de,bke->bk", away, self.precision.double(), away) / self.means.shape[1]

    def distance(self, features: Tensor) -> Tensor:
        """The distance to the nearest class. (B, D) -> (B,) in float64."""
        return self.distances(features).min(dim=1).values

    def nearer(self, distance: float) -> int:
        """How many of the validation pictures lie nearer than that."""
        return int((self.validation < distance).sum())


@cache
def known_world(entry: ModelEntry) -> World | None:
    """The world of an entry's embedded weights; None for a model that has none, as every other checkpoint.

    Raises:
        CheckpointError: there should be a file of it, but it is missing or damaged.
    """
    facts = weight_facts(entry)
    if facts is None or facts.world is None:
        return None
    path = shipped_weights(f"world/{entry.name}.safetensors", facts.world.sha256)
    stored = load_file(path)
    try:
        return World(stored["means"], stored["precision"], stored["validation"])
    except KeyError as error:
        raise CheckpointError("shipped_damaged", file=path.name, reason=f"no {error}") from error

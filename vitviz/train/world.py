"""How far a picture lies from all that a network was trained on, in the space of what its head reads.

Every class is a cloud of features around its mean, and all clouds have one shape (Lee et al., arXiv 1807.03888):
the distance to the nearest mean, in that shape's own unit, says whether a picture is of the network's world.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.train.recipe import Network

SHRINK = 0.1  # of the covariance towards a multiple of the identity: few pictures for many channels


class _Pooled:
    """A probe that keeps what the head reads."""

    def __init__(self) -> None:
        self.features: Tensor | None = None

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        if name == "pooled":
            self.features = tensor
        return tensor

    def wants(self, name: str) -> bool:
        return False


@torch.no_grad()
def pooled_features(network: Network, images: Tensor) -> Tensor:
    """What the head reads of prepared pictures (B, 3, h, w): (B, D) in float32."""
    probe = _Pooled()
    network(images, probe)
    assert probe.features is not None
    return probe.features.float()


@dataclass(frozen=True, eq=False)
class World:
    """Class means (K, D) and the inverse (D, D) of the covariance that the classes share."""

    means: Tensor
    precision: Tensor

    def distance(self, features: Tensor) -> Tensor:
        """Squared Mahalanobis distance to the nearest class, divided by the number of channels. (B, D) -> (B,)."""
        away = features.unsqueeze(1).double() - self.means.double()  # (B, K, D)
        squares = torch.einsum("bkd,de,bke->bk", away, self.precision.double(), away)
        return squares.min(dim=1).values / self.means.shape[1]


def fit(features: Tensor, labels: Tensor, classes: int) -> World:
    """The world of training features (N, D); every class must have a picture."""
    wide = features.double()
    means = torch.stack([wide[labels == i].mean(dim=0) for i in range(classes)])
    away = wide - means[labels]
    covariance = away.T @ away / len(away)
    ground = torch.eye(len(covariance), dtype=wide.dtype, device=wide.device) * covariance.diagonal().mean()
    return World(means.float(), torch.linalg.inv(covariance.lerp(ground, SHRINK)).float())


def auroc(inside: Tensor, outside: Tensor) -> float:
    """The chance that a picture from outside is further away than one from inside; a tie counts half."""
    further = (outside[:, None] > inside[None, :]).double() + 0.5 * (outside[:, None] == inside[None, :])
    return further.mean().item()

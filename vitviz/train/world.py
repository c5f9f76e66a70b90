"""What is kept of the training pictures, so that it can be said how far another picture lies from all of them.

The distance is that of ``analysis/class_scores/known_world.py``, in the space of what a network's head reads.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vitviz.analysis.class_scores.known_world import World
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

from __future__ import annotations

import pytest
import torch

from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.train.recipe import Network
from vitviz.train.world import auroc, fit, pooled_features
from vitviz.zoo.registry import find


def test_what_lies_outside_is_further_away() -> None:
    torch.manual_seed(0)
    centres = torch.eye(3, 8) * 6
    labels = torch.arange(3).repeat(100)
    shape = torch.diag(torch.linspace(0.3, 2, 8))
    features = centres[labels] + torch.randn(300, 8) @ shape
    world = fit(features, labels, 3)
    assert torch.allclose(world.means, centres, atol=0.7)
    inside = world.distance(centres[labels] + torch.randn(300, 8) @ shape)
    outside = world.distance(torch.randn(100, 8) @ shape - 4)
    assert inside.mean().item() == pytest.approx(1, abs=0.3)
    assert auroc(inside, outside) > 0.95


def test_auroc_counts_pairs() -> None:
    assert auroc(torch.tensor([1.0, 2.0]), torch.tensor([3.0])) == 1
    assert auroc(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0])) == pytest.approx(0.125)


@pytest.mark.parametrize("name", ["vit-test", "swin-test"])
def test_features_are_what_the_head_reads(name: str) -> None:
    network: Network = build(find(name).config)
    initialize(network, 0)
    x = torch.randn(2, 3, 32, 32)
    features = pooled_features(network, x)
    assert torch.allclose(network.head(features), network(x), atol=1e-6)

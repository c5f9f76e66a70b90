from __future__ import annotations

import numpy as np
import pytest
import torch

from vitviz.analysis.class_scores.known_world import World
from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.train.outside import background_distance, measures, outside_figures
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


def test_every_measure_tells_what_is_far_away_and_limits_come_from_inside_alone() -> None:
    torch.manual_seed(0)
    network: Network = build(find("vit-test").config)
    initialize(network, 0)
    labels = torch.arange(5).repeat(60)
    centres = torch.randn(5, 16) * 2
    training = centres[labels] + 0.4 * torch.randn(300, 16)
    inside = centres[labels] + 0.4 * torch.randn(300, 16)
    outside = torch.cat([torch.randn(8, 16) * 2 - 6, inside[:4]])
    world = fit(training, labels, 5)
    found = measures(network, world, 1.0, inside, outside, training)
    figures = outside_figures(found, 8, unsure_below=0.0)
    first = figures.measures[0]
    assert first.name == "distance"
    assert first.samples == 8  # the four that are from inside are not among them
    assert first.marked <= 9
    assert first.interval[0] <= first.auroc <= first.interval[1]
    assert first.gap == (0.0, 0.0)
    assert figures.distance_limit == pytest.approx(np.quantile(world.distance(inside).numpy(), 0.9))
    assert figures.either_samples == 8  # nothing is unsure here
    assert figures.either_inside == pytest.approx(0.1, abs=0.005)
    nearest = found["angle to the nearest training picture (Sun et al. 2022)"]
    unit = torch.nn.functional.normalize(training.double(), dim=1)
    by_hand = 1 - (torch.nn.functional.normalize(outside[:1].double(), dim=1) @ unit.T).max()
    assert nearest[1][0].item() == pytest.approx(by_hand.item())
    without = measures(network, world, 1.0, inside, outside)
    assert len(found) - len(without) == 2


def test_the_cloud_of_all_has_their_mean_and_their_spread_too() -> None:
    means, precision = torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), torch.eye(2)
    found = background_distance(World(means, precision), torch.tensor([[2.0, 2.0]]))
    assert found.item() == pytest.approx((4 / 2 + 4 / 1) / 2)  # the spread along x is 1 within and 1 between

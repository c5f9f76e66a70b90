"""The distance from a model's world is the formula's, and the files of the embedded models are what their JSON says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

import vitviz
from vitviz.analysis.class_scores import known_world as module
from vitviz.analysis.class_scores.known_world import World, known_world
from vitviz.samples import SAMPLES
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.facts import weight_facts
from vitviz.zoo.registry import find

EMBEDDED = ("vit-tiny", "swin-mini")


def by_numpy(world: World, features: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """(K,): (x - mu)^T P (x - mu) / D, one class after another."""
    x, p = features.astype(np.float64), world.precision.numpy().astype(np.float64)
    return np.array([(x - mean) @ p @ (x - mean) / len(x) for mean in world.means.numpy().astype(np.float64)])


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_distance_of_a_picture_is_the_formulas(name: str) -> None:
    world = known_world(find(name))
    assert world is not None
    trace = vitviz.trace(vitviz.load_model(name), SAMPLES[0].path)
    each = by_numpy(world, trace["pooled"][0].numpy())
    np.testing.assert_allclose(world.distances(trace["pooled"])[0].numpy(), each, rtol=1e-9)
    assert world.distance(trace["pooled"]).item() == pytest.approx(each.min(), rel=1e-9)


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_limit_keeps_nine_in_ten_validation_pictures(name: str) -> None:
    world, facts = known_world(find(name)), weight_facts(find(name))
    assert world is not None
    assert facts is not None
    assert facts.world is not None
    distances = world.validation.numpy()
    assert len(distances) == facts.pictures
    assert (np.diff(distances) >= 0).all()
    assert facts.world.distance_limit == pytest.approx(
        np.quantile(distances, facts.world.inside_share), abs=1e-3
    )
    middle = float(distances[len(distances) // 2])
    assert world.nearer(middle) == int(np.searchsorted(distances, middle))
    assert (world.nearer(-1.0), world.nearer(1e9)) == (0, len(distances))


def test_other_models_have_no_world() -> None:
    assert known_world(find("vit-ti16")) is None
    assert known_world(find("vit-test")) is None


def test_another_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = weight_facts(find("vit-tiny"))
    assert facts is not None
    assert facts.world is not None
    other = replace(facts, world=replace(facts.world, sha256="0"))
    monkeypatch.setattr(module, "weight_facts", lambda entry: other)
    with pytest.raises(CheckpointError, match="vit-tiny"):
        known_world.__wrapped__(find("vit-tiny"))


def test_the_nearest_class_counts_and_the_shape_of_the_cloud() -> None:
    world = World(torch.tensor([[0.0, 0.0], [4.0, 0.0]]), torch.diag(torch.tensor([1.0, 0.25])))
    found = world.distances(torch.tensor([[4.0, 2.0], [0.0, 0.0]]))
    np.testing.assert_allclose(found.numpy(), [[8.5, 0.5], [0.0, 8.0]])
    assert world.nearer(3.0) == 0

"""The nodes of the U are tensors of the run, and three views of one against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analysis.segmentation.conftest import CONFIG, Runs
from vitviz.analysis.segmentation.nodes import components, features, lengths, nodes


def test_every_node_is_a_map_of_the_run_with_the_size_of_its_stage(runs: Runs) -> None:
    found = nodes(CONFIG)
    order = {name: number for number, name in enumerate(runs.run.names())}
    assert [order[node.name] for node in found] == sorted(order[node.name] for node in found)
    maps = features(runs.run, [node.name for node in found])
    assert len(maps) == len(found)
    for node in found:
        x = maps[node.name]
        own = runs.run[node.name][0]
        own = own.permute(1, 2, 0) if node.name == "logits" else own
        np.testing.assert_allclose(x, own.numpy(), atol=1e-5)
        side = 64 if node.stage < 0 else 16 >> node.stage
        assert x.shape[:2] == (side, side)
    assert [node.skip for node in found if node.kind == "joined"] == ["skip.1", "skip.0"]


def test_lengths_are_those_of_vectors(runs: Runs) -> None:
    x = features(runs.run, ["skip.1"])["skip.1"]
    np.testing.assert_allclose(lengths(x), np.sqrt((x.astype(np.float64) ** 2).sum(-1)), rtol=1e-6)


@pytest.mark.parametrize("name", ["skip.1", "skip.2"])  # with more and with fewer tokens than channels
def test_components_have_the_largest_variances(runs: Runs, name: str) -> None:
    x = features(runs.run, [name])[name]
    found = components(x)
    rows = x.reshape(-1, x.shape[-1]).astype(np.float64)
    rows -= rows.mean(axis=0)
    _, sizes, axes = np.linalg.svd(np.concatenate([rows, rows * 0, rows * 0]), full_matrices=False)
    np.testing.assert_allclose(found.shares, sizes[:3] ** 2 / (sizes**2).sum(), atol=1e-9)
    for number, axis in enumerate(axes[:3]):
        sign = np.sign(axis[np.abs(axis).argmax()])
        np.testing.assert_allclose(found.places[..., number].ravel(), sign * (rows @ axis), atol=1e-5)


def test_a_map_of_equal_tokens_has_no_components() -> None:
    found = components(np.ones((3, 3, 4), np.float32))
    assert not found.places.any()
    assert not found.shares.any()

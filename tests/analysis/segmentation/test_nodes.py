"""The nodes of the U are tensors of the run, and three views of one against numpy."""

from __future__ import annotations

import numpy as np

from tests.analysis.segmentation.conftest import CONFIG, Runs
from vitviz.analysis.segmentation.nodes import components, features, lengths, nodes


def test_every_node_is_a_map_of_the_run_with_the_size_of_its_stage(runs: Runs) -> None:
    found = nodes(CONFIG)
    order = {name: number for number, name in enumerate(runs.run.names())}
    assert [order[node.name] for node in found] == sorted(order[node.name] for node in found)
    for node in found:
        x = features(runs.run, node.name)
        side = 64 if node.stage < 0 else 16 >> node.stage
        assert x.shape[:2] == (side, side)
    assert [node.skip for node in found if node.kind == "joined"] == ["skip.1", "skip.0"]
    logits = features(runs.run, "logits")
    np.testing.assert_array_equal(logits.transpose(2, 0, 1), runs.run["logits"][0].numpy())


def test_lengths_are_those_of_vectors(runs: Runs) -> None:
    x = features(runs.run, "skip.1")
    np.testing.assert_allclose(lengths(x), np.sqrt((x.astype(np.float64) ** 2).sum(-1)), rtol=1e-6)


def test_components_are_those_of_the_singular_value_decomposition(runs: Runs) -> None:
    x = features(runs.run, "skip.1")
    found = components(x)
    rows = x.reshape(-1, x.shape[-1]).astype(np.float64)
    rows -= rows.mean(axis=0)
    _, sizes, axes = np.linalg.svd(rows, full_matrices=False)
    np.testing.assert_allclose(found.shares, sizes[:3] ** 2 / (sizes**2).sum(), atol=1e-9)
    for number, axis in enumerate(axes[:3]):
        sign = np.sign(axis[np.abs(axis).argmax()])
        np.testing.assert_allclose(found.places[..., number].ravel(), sign * (rows @ axis), atol=1e-5)


def test_a_map_of_equal_tokens_has_no_components() -> None:
    found = components(np.ones((3, 3, 4), np.float32))
    assert not found.places.any()
    assert not found.shares.any()

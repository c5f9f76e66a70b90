"""Interpolation written out against torch's, in every direction, mode and antialias; and against numbers by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from vitviz.analysis.position.interpolation import (
    Mode,
    contributions,
    gap_to_torch,
    interpolate,
    interpolation_weights,
)
from vitviz.analysis.position.runs import resized_positions
from vitviz.models.config import ViTConfig
from vitviz.models.vit import VisionTransformer

MODES: list[Mode] = ["bicubic", "bilinear"]
SIZES = [((4, 4), (8, 8)), ((4, 6), (7, 3)), ((14, 14), (10, 24)), ((14, 14), (1, 2)), ((1, 3), (4, 4))]


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("old", "new"), SIZES)
def test_it_is_torchs(old: tuple[int, int], new: tuple[int, int], mode: Mode, antialias: bool) -> None:
    table = torch.randn(
        1, old[0] * old[1], 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    )
    grid = table.unflatten(1, old).permute(0, 3, 1, 2)  # (1, D, h, w)
    resized = F.interpolate(grid, size=new, mode=mode, align_corners=False, antialias=antialias)
    expected = resized.flatten(2).transpose(1, 2)[0]  # (h'*w', D)
    got = interpolate(table[0].numpy(), old, new, mode, antialias)
    np.testing.assert_allclose(got, expected.numpy(), atol=1e-6 if antialias else 1e-12)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_every_row_of_weights_sums_to_one(mode: Mode, antialias: bool) -> None:
    for old, new in ((14, 20), (14, 5), (3, 3), (1, 4)):
        weights = interpolation_weights(old, new, mode, antialias)
        assert weights.shape == (new, old)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)


def test_twice_as_many_by_hand() -> None:
    # New positions stand a quarter to either side of an old one: 3/4 and 1/4.
    weights = interpolation_weights(4, 8, "bilinear", antialias=False)
    np.testing.assert_allclose(weights[3], [0, 0.75, 0.25, 0], atol=1e-15)
    np.testing.assert_allclose(weights[0], [1, 0, 0, 0], atol=1e-15)  # beyond the edge the edge stands in


def test_only_the_cubic_differs_where_nothing_shrinks() -> None:
    # The tent is not stretched; the cubics are Keys' with another constant: -0.75 and -0.5.
    same = interpolation_weights(14, 24, "bilinear", False) - interpolation_weights(14, 24, "bilinear", True)
    np.testing.assert_allclose(same, 0, atol=1e-15)
    x, a, b = 0.25, -0.75, -0.5
    for antialias, constant in ((False, a), (True, b)):
        row = interpolation_weights(8, 16, "bicubic", antialias)[7]  # 3.25 old positions from the start
        near = (constant + 2) * x**3 - (constant + 3) * x**2 + 1
        assert row[3] == pytest.approx(near, abs=1e-12)


def test_equal_grids_give_the_very_table() -> None:
    table = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    np.testing.assert_array_equal(interpolate(table, (3, 4), (3, 4), "bicubic", True), table)


def test_contributions_are_the_weights_that_are_not_nothing() -> None:
    made_of = contributions(4, 8, 3, "bilinear", antialias=False)
    assert made_of.indices.tolist() == [1, 2]
    np.testing.assert_allclose(made_of.weights, [0.75, 0.25], atol=1e-15)
    assert (made_of.place, made_of.total) == (1.25, pytest.approx(1))


@pytest.mark.parametrize("antialias", [False, True])
def test_a_models_resized_positions_are_these_sums(antialias: bool) -> None:
    config = ViTConfig(
        (32, 48), patch_size=8, embed_dim=24, depth=1, num_heads=3, num_classes=5, num_registers=2
    )
    network = VisionTransformer(config).eval().requires_grad_(False)
    assert network.pos_embed is not None
    network.pos_embed.copy_(torch.randn(network.pos_embed.shape, generator=torch.Generator().manual_seed(2)))
    resized = resized_positions(network, (3, 9), "bicubic", antialias)[0].numpy()
    assert 0 < gap_to_torch(network, resized, (3, 9), "bicubic", antialias) < 1e-5
    assert gap_to_torch(network, resized + 1, (3, 9), "bicubic", antialias) == pytest.approx(1, abs=1e-5)
    fixed = VisionTransformer(
        ViTConfig((16, 16), 8, embed_dim=8, depth=1, num_heads=1, num_classes=2, position="sincos")
    )
    with pytest.raises(ValueError, match="not interpolated"):
        gap_to_torch(fixed, resized, (3, 9), "bicubic", antialias)

"""What the parts of ViT's later families compute, against their formulas."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import random_picture, randomise
from vitviz.models.build import build
from vitviz.models.config import Rotary, ViTConfig
from vitviz.models.gated_mlp import SwiGLU
from vitviz.models.relative_bias import relative_bias, resize_table, table_rows
from vitviz.models.rotary import rotary_angles, rotate
from vitviz.models.variant import VariantTransformer

BASE = ViTConfig((32, 48), 8, embed_dim=24, depth=2, num_heads=3, num_classes=5)


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("pairs", ["halves", "neighbours"])
def test_turned_queries_and_keys_know_only_their_offset(pairs: str) -> None:
    """The same query and key two rows and one column apart have one product, wherever they are."""
    rotary = Rotary("axial", pairs="halves")
    angles = rotary_angles(rotary, (6, 5), 8)  # (30, 4)
    q, k = (noise(2, 8)[i].expand(1, 1, 30, 8) for i in (0, 1))
    turned_q, turned_k = rotate(q, angles, pairs)[0, 0], rotate(k, angles, pairs)[0, 0]  # (30, 8)
    products = [
        float(turned_q[5 * row + column] @ turned_k[5 * (row + 2) + column + 1])
        for row in range(4)
        for column in range(4)
    ]
    assert max(products) - min(products) < 1e-5
    torch.testing.assert_close(turned_q.norm(dim=-1), q[0, 0].norm(dim=-1))


def test_prefix_tokens_are_not_turned() -> None:
    q = noise(1, 3, 9, 8)
    turned = rotate(q, rotary_angles(Rotary(), (2, 3), 8), "halves")
    assert torch.equal(turned[:, :, :3], q[:, :, :3])
    assert (turned[:, :, 3:] - q[:, :, 3:]).abs().max() > 0.1


def test_centred_places_run_from_border_to_border() -> None:
    angles = rotary_angles(Rotary("centred", 100.0), (2, 4), 8)  # (8, 4)
    turn = 2 * math.pi
    assert angles[0].tolist() == pytest.approx([-turn / 2, -turn / 20, -turn * 3 / 4, -turn * 3 / 40])


def test_learned_frequencies_are_of_both_axes() -> None:
    frequencies = noise(2, 3, 4)
    angles = rotary_angles(
        Rotary("mixed", pairs="neighbours", columns_first=True), (2, 3), 8, frequencies
    )  # (3, 6, 4)
    expected = 2 * frequencies[0, 1] + 1 * frequencies[1, 1]  # row 1, column 2 of head 1
    torch.testing.assert_close(angles[1, 5], expected)


def test_the_bias_of_an_offset_is_the_same_everywhere() -> None:
    table = noise(table_rows((3, 4)), 2)
    bias = relative_bias(table, (3, 4), (3, 4))
    assert bias.shape == (2, 13, 13)
    patches = bias[:, 1:, 1:].unflatten(1, (3, 4)).unflatten(3, (3, 4))
    assert torch.equal(patches[:, 0, 0, 1, 2], patches[:, 1, 1, 2, 3])
    assert not torch.equal(patches[:, 0, 0, 1, 2], patches[:, 1, 2, 0, 0])
    last = table[-3:]
    assert torch.equal(bias[:, 0, 5], last[0])
    assert torch.equal(bias[:, 5, 0], last[1])
    assert torch.equal(bias[:, 0, 0], last[2])


def test_a_table_on_another_grid_keeps_the_class_rows() -> None:
    table = noise(table_rows((3, 4)), 2)
    resized = resize_table(table, (3, 4), (5, 2))
    assert resized.shape == (table_rows((5, 2)), 2)
    assert torch.equal(resized[-3:], table[-3:])
    assert resize_table(table, (3, 4), (3, 4)) is table


def test_swiglu_is_its_formula() -> None:
    mlp = randomise(SwiGLU(replace(BASE, mlp_kind="swiglu", mlp_hidden=10)))
    x = noise(2, 3, 24)
    with torch.no_grad():
        both = x @ mlp.fc1.weight.T + mlp.fc1.bias
        gate, value = both[..., :10], both[..., 10:]
        expected = (gate * gate.sigmoid() * value) @ mlp.fc2.weight.T + mlp.fc2.bias
        torch.testing.assert_close(mlp(x), expected)


def test_one_learned_query_pools() -> None:
    network = cast(VariantTransformer, randomise(build(replace(BASE, pool="map", num_classes=0))).eval())
    pool = network.attn_pool
    assert pool is not None
    with torch.no_grad():
        tokens = network.norm(network.encode(network.embed(random_picture(32, 48))))[:, 1:]  # (1, 24, 24)
        q = pool.q(pool.latent).unflatten(-1, (3, 8)).transpose(1, 2)
        k, v = (half.unflatten(-1, (3, 8)).transpose(1, 2) for half in pool.kv(tokens).chunk(2, dim=-1))
        found = pool.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        expected = (found + pool.mlp(pool.norm(found)))[:, 0]
        torch.testing.assert_close(network(random_picture(32, 48)), expected, rtol=0, atol=1e-5)


def test_norms_behind_the_sublayers_need_no_layer_scale() -> None:
    with pytest.raises(ValueError, match="layer_scale must be off"):
        replace(BASE, norm_place="after", layer_scale=True)

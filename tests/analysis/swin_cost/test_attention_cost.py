"""The paper's cost formulas against loops over pairs and against products counted while a real block runs."""

from __future__ import annotations

import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.analysis.swin_cost.attention_cost import global_cost, padded_cost, pairs_by_loops, window_cost
from vitviz.analysis.swin_cost.multiply_adds import attention_total, count_block
from vitviz.models import windows
from vitviz.models.config import SwinConfig, ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.models.windows import window_grid
from vitviz.tracing.trace import run_trace

CONFIG = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=3)


def traced(height: int, width: int):
    model = SwinTransformer(CONFIG)
    randomise(model)
    return run_trace(model.eval(), random_picture(height, width))


def test_the_classroom_example() -> None:
    """Nine patches that all look at one another make 81 pairs; nine windows of one patch each make 9."""
    assert int(pairs_by_loops(3, 3, 3).sum()) == 81
    assert int(pairs_by_loops(3, 3, 1).sum()) == 9
    alone = pairs_by_loops(3, 3, 1)
    assert all(alone[i, j] == (i == j) for i in range(9) for j in range(9))


@pytest.mark.parametrize(("height", "width", "window"), [(4, 6, 2), (5, 7, 3), (6, 6, 6), (2, 3, 4)])
def test_pairs_by_loops_are_the_pairs_of_the_models_windows(height: int, width: int, window: int) -> None:
    tokens = windows.token_map(window_grid(height, width, min(window, height, width), 0))
    if window > min(height, width):
        window = min(height, width)
    meets = torch.zeros(height * width, height * width, dtype=torch.bool)
    for one in tokens:
        real = one[one >= 0]
        meets[real[:, None], real[None, :]] = True
    assert torch.equal(torch.from_numpy(pairs_by_loops(height, width, window)), meets)


@pytest.mark.parametrize(("height", "width", "dim", "window"), [(56, 56, 96, 7), (6, 4, 3, 2)])
def test_formulas_are_equations_1_and_2(height: int, width: int, dim: int, window: int) -> None:
    h, w, C, M = height, width, dim, window
    assert global_cost(h, w, C).total == 4 * h * w * C**2 + 2 * (h * w) ** 2 * C
    assert window_cost(h, w, C, M).total == 4 * h * w * C**2 + 2 * M**2 * h * w * C
    pairs = int(pairs_by_loops(h, w, M).sum()) if h * w < 100 else M**2 * h * w
    assert (
        window_cost(h, w, C, M).pairs == 2 * C * pairs
    )  # one product for q k^T, one for A v, C numbers each


def test_what_a_real_block_multiplies_is_the_formula_to_the_last_one() -> None:
    trace = traced(64, 64)
    for block in trace.swin_blocks:
        grid, dim = block.grid, block["resid_pre"].shape[-1]
        products = count_block(trace, block.name)
        assert attention_total(products) == window_cost(grid.height, grid.width, dim, grid.window).total
        elsewhere = sum(p.multiply_adds for p in products if not p.in_attention)
        assert elsewhere == 8 * grid.height * grid.width * dim**2  # the MLP, 4C wide


def test_a_padded_map_costs_what_its_padded_size_costs() -> None:
    trace = traced(36, 52)  # 9 x 13 patches become 12 x 16
    block = trace.swin_blocks[1]
    counted = attention_total(count_block(trace, block.name))
    assert block.grid.padded == (12, 16)
    assert counted == padded_cost(9, 13, 8, 4).total == window_cost(12, 16, 8, 4).total
    assert counted > window_cost(9, 13, 8, 4).total


def test_a_vit_block_multiplies_what_equation_1_says() -> None:
    config = ViTConfig((32, 32), patch_size=8, embed_dim=16, depth=1, num_heads=2, num_classes=3)
    model = VisionTransformer(config)
    randomise(model)
    trace = run_trace(model.eval(), random_picture(32, 32))
    counted = attention_total(count_block(trace, "blocks.0"))
    assert counted == global_cost(17, 1, 16).total  # 16 patches and the class token

"""Attention across shifted windows and mergings is the product of dense N x N matrices, built here place by place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.conftest import random_picture, randomise
from vitviz.analysis.attention.rollout import trace_rollout
from vitviz.analysis.class_maps import chefer, rollout
from vitviz.analysis.class_maps.composition import Merging, reading_row, through_attention, through_merging
from vitviz.analysis.swin_shift.merging import neighbours
from vitviz.models.build import build
from vitviz.models.config import SwinConfig, SwinV2Config, ViTConfig
from vitviz.models.windows import WindowGrid, token_map, window_grid
from vitviz.tracing.interventions import Gradients
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace, run_trace

SWIN = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
V2 = SwinV2Config((64, 64), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
THREE = replace(SWIN, depths=(2, 2, 2), num_heads=(2, 2, 4), window_size=3)
CASES: dict[str, tuple[SwinConfig, tuple[int, int]]] = {
    "whole windows": (SWIN, (64, 64)),  # maps 16 x 16, 8 x 8
    "padding and odd sides": (SWIN, (54, 42)),  # maps 14 x 11, 7 x 6
    "three stages, odd sides": (THREE, (52, 68)),  # maps 13 x 17, 7 x 9, 4 x 5
    "padding that stays": (replace(SWIN, shift_rule="axis"), (72, 44)),  # maps 18 x 11, 9 x 6
    "windows of a native map": (replace(V2, shift_rule="native"), (54, 42)),
    "version 2": (V2, (64, 64)),
    "version 2, padding and odd sides": (V2, (54, 42)),
}


def traced(name: str) -> Trace:
    config, size = CASES[name]
    network = randomise(build(config)).eval().requires_grad_(False).double()
    return run_trace(network, random_picture(*size, seed=3).double())


def places(block: SwinBlockTrace) -> list[dict[int, int]]:
    """Of every window, which token of the map sits at which place: the geometry written out a second time.

    Followed from a token to its place, where ``token_map`` follows the map through pad, roll and cut.
    """
    grid = block.grid
    m, (up, left) = grid.window, grid.shifts
    height, width = (grid.height, grid.width) if grid.padding_stays else grid.padded
    found: list[dict[int, int]] = [{} for _ in range(grid.num_windows)]
    for token in range(grid.height * grid.width):
        row, column = divmod(token, grid.width)
        row, column = (row - up) % height, (column - left) % width
        window = row // m * grid.columns + column // m
        found[window][token] = row % m * m + column % m
    return found


def dense(block: SwinBlockTrace, weights: Tensor) -> Tensor:
    """(W, M*M, M*M) as the N x N matrix over the map."""
    height, width = block.map_size
    matrix = torch.zeros(height * width, height * width, dtype=weights.dtype)
    for window, tokens in enumerate(places(block)):
        for query, i in tokens.items():
            for key, j in tokens.items():
                matrix[query, key] = weights[window, i, j]
    return matrix


def dense_merging(height: int, width: int) -> Tensor:
    """Each output is the mean of those of its 2 x 2 neighbours that the map has, (N', N)."""
    rows, columns = -(-height // 2), -(-width // 2)
    matrix = torch.zeros(rows * columns, height * width, dtype=torch.float64)
    for row in range(height):
        for column in range(width):
            matrix[row // 2 * columns + column // 2, row * width + column] = 1
    return matrix / matrix.sum(dim=1, keepdim=True)


def product(trace: Trace, layer: Callable[[SwinBlockTrace], Tensor], merged: bool = True) -> Tensor:
    """The dense matrices of all steps multiplied, the last one leftmost: (N of the last map, N of the first)."""
    blocks = {block.name: block for block in trace.swin_blocks}
    total: Tensor | None = None
    for name, _ in trace.network.steps():
        matrix = (
            layer(blocks[name]) if name in blocks else dense_merging(*trace[f"{name}.resid_pre"].shape[1:3])
        )
        total = matrix if total is None else matrix @ total
    assert total is not None
    return total


@pytest.mark.parametrize("name", CASES)
def test_rollout_of_a_swin_is_the_dense_product(name: str) -> None:
    trace = traced(name)

    def layer(block: SwinBlockTrace) -> Tensor:
        matrix = dense(block, block["pattern"].mean(dim=1))
        matrix = matrix + torch.eye(len(matrix))
        return matrix / matrix.sum(dim=1, keepdim=True)

    want = product(trace, layer).mean(dim=0).reshape(trace.patch_grid).numpy()
    found = rollout.attribute(trace, 0)
    assert found.grid == trace.patch_grid
    np.testing.assert_allclose(found.values, want, rtol=1e-10, atol=1e-16)
    assert found.values.sum() == pytest.approx(1, abs=1e-12)
    assert np.ptp(found.values) > 0.1 * found.values.mean()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("against", [None, 3])
def test_chefer_of_a_swin_is_the_dense_recursion(name: str, against: int | None) -> None:
    """R <- R + E_h (grad A * A)^+ R as the paper has it, R being N' x N; gradients by one backward pass of it all."""
    trace = traced(name)
    names = frozenset(f"{block.name}.pattern" for block in trace.blocks)
    probe = Gradients(names)
    logits = trace.network(trace["image"], probe)[0]
    gradients = probe.of(logits[1] - (0 if against is None else logits[against]))
    blocks = {block.name: block for block in trace.swin_blocks}
    rows, columns = trace.patch_grid
    relevance = torch.eye(rows * columns, dtype=torch.float64)
    unmoved = relevance
    for step, _ in trace.network.steps():
        if step in blocks:
            pattern = probe.tensors[f"{step}.pattern"].detach()
            product = (pattern * gradients[f"{step}.pattern"]).clamp(min=0).mean(dim=1)
            relevance = relevance + dense(blocks[step], product) @ relevance
        else:
            matrix = dense_merging(*trace[f"{step}.resid_pre"].shape[1:3])
            relevance, unmoved = matrix @ relevance, matrix @ unmoved
    want = (relevance - unmoved).mean(dim=0).reshape(rows, columns).numpy()
    found = chefer.attribute(trace, 1, against)
    np.testing.assert_allclose(found.values, want, rtol=1e-9, atol=1e-9 * want.max())
    assert want.max() > 0
    assert (found.of, found.target, found.against) == ("logit", 1, against)


@pytest.mark.parametrize("size", [(4, 4), (5, 7), (8, 3), (9, 9)])
@pytest.mark.parametrize("shift", [0, 1])
def test_whole_matrices_and_not_the_mean_alone(size: tuple[int, int], shift: int) -> None:
    """Every row by itself: through windows with random weights, then through a merging."""
    grid = window_grid(*size, 3, shift)
    block = _Cut(grid)
    weights = torch.rand(grid.num_windows, grid.window**2, grid.window**2, dtype=torch.float64)
    count = size[0] * size[1]
    whole = dense(block, weights)  # type: ignore[arg-type]
    found = through_attention(torch.eye(count, dtype=torch.float64), weights, block.tokens)
    torch.testing.assert_close(found, whole, rtol=1e-12, atol=0)
    merging = dense_merging(*size)
    step = Merging("m", torch.from_numpy(neighbours(*size)).flatten(0, 1))
    shared = through_merging(torch.eye(len(merging), dtype=torch.float64), step)
    torch.testing.assert_close(shared, merging, rtol=1e-12, atol=0)
    torch.testing.assert_close(
        through_attention(shared, weights, block.tokens), merging @ whole, rtol=1e-12, atol=1e-15
    )


class _Cut:
    """What ``dense`` asks of a block, of any map."""

    def __init__(self, grid: WindowGrid) -> None:
        self.grid, self.tokens = grid, token_map(grid)
        self.map_size = (grid.height, grid.width)


def test_strangers_of_a_shifted_window_give_each_other_nothing() -> None:
    """A patch in the first row and one in the last share a rolled window, and its mask keeps them apart."""
    trace = traced("whole windows")
    block = trace.swin_blocks[1]
    assert block.grid.shift == 2
    top, bottom = 0, 15 * 16
    assert any({top, bottom} <= set(tokens) for tokens in places(block))
    row = torch.zeros(1, 256, dtype=torch.float64)
    row[0, top] = 1
    given = through_attention(row, block["pattern"].mean(dim=1), block.tokens)
    assert given[0, bottom] == pytest.approx(0, abs=1e-30)
    assert given[0].sum() == pytest.approx(1, abs=1e-12)


def test_a_vits_rollout_is_the_row_of_the_matrix() -> None:
    network = randomise(
        build(ViTConfig((32, 48), 8, embed_dim=16, depth=3, num_heads=2, num_classes=5))
    ).eval()
    trace = run_trace(network, random_picture(32, 48))
    want = trace_rollout(trace)[0, 1:].reshape(4, 6).numpy()
    np.testing.assert_allclose(rollout.attribute(trace, 0).values, want, rtol=1e-5)


def test_two_tokens_on_paper() -> None:
    """Two windows of one token each would be nothing; one of two: r = (1, 0), A = ((.25, .75), (.5, .5)).

    Rollout's layer is ((1.25, .75), (.5, 1.5)) / 2: r becomes (.625, .375), then
    (.625 * .625 + .375 * .25, .625 * .375 + .375 * .75) = (.484375, .515625).
    """
    weights = torch.tensor([[[0.25, 0.75], [0.5, 0.5]]], dtype=torch.float64)
    tokens = torch.tensor([[0, 1]])
    rows = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    for want in ((0.625, 0.375), (0.484375, 0.515625)):
        rows = (rows + through_attention(rows, weights, tokens)) / 2
        torch.testing.assert_close(rows[0], torch.tensor(want, dtype=torch.float64), rtol=0, atol=0)


def test_a_merging_shares_equally_on_paper() -> None:
    """A 2 x 3 map merges into two tokens, of four patches and of two: (.4, .6) becomes .1 four times and .3 twice."""
    sources = torch.tensor([[0, 3, 1, 4], [2, 5, -1, -1]])
    rows = through_merging(torch.tensor([[0.4, 0.6]], dtype=torch.float64), Merging("m", sources))
    want = torch.tensor([[0.1, 0.1, 0.3, 0.1, 0.1, 0.3]], dtype=torch.float64)
    torch.testing.assert_close(rows, want)


VIT = ViTConfig((32, 32), 8, embed_dim=16, depth=2, num_heads=2, num_classes=5)
READERS = {
    "token": (VIT, [1, 0, 0]),
    "distilled": (replace(VIT, distillation_token=True), [0.5, 0.5, 0]),
    "registers": (replace(VIT, num_registers=1), [1, 0, 0]),
    "mean": (replace(VIT, pool="avg"), [0, 1 / 16, 1 / 16]),
    "mean of all": (replace(VIT, pool="avg", pool_prefix=True), [1 / 17, 1 / 17, 1 / 17]),
    "both": (replace(VIT, pool="token_avg"), [0.5, 0.5 / 16, 0.5 / 16]),
}


@pytest.mark.parametrize("name", READERS)
def test_what_the_head_reads(name: str) -> None:
    config, want = READERS[name]
    trace = run_trace(randomise(build(config)).eval(), random_picture(32, 32))
    row = reading_row(trace)
    assert row.sum() == pytest.approx(1, abs=1e-12)
    assert row[0, :3].tolist() == pytest.approx(want)


def test_a_pooling_query_is_where_it_looks() -> None:
    trace = run_trace(
        randomise(build(replace(VIT, pool="map", pool_prefix=True))).eval(), random_picture(32, 32)
    )
    want = trace["pool.pattern"][0].mean(dim=0)[0].double()
    torch.testing.assert_close(reading_row(trace)[0], want, rtol=1e-6, atol=0)

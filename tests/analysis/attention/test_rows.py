"""Figures of attention rows against loops over every weight, in float64."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.conftest import random_picture, randomise
from tests.tracing.conftest import MEAN_POOLED, RELATIVE, SWIN, VIT, make
from vitviz.analysis.attention import rows as subject
from vitviz.analysis.attention.rows import AttentionRows, attention_rows, block_rows
from vitviz.models.build import build
from vitviz.models.config import ModelConfig
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.interventions import Edit
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import run_trace

CASES: dict[str, tuple[ModelConfig, tuple[int, int]]] = {
    "no prefix": (MEAN_POOLED, (32, 24)),
    "cls": (VIT, (16, 40)),
    "cls and dist": (replace(VIT, distillation_token=True), (24, 40)),
    "cls and four registers": (replace(VIT, num_registers=4), (40, 24)),
    "cls, dist and two registers": (RELATIVE, (24, 40)),
    "Swin": (SWIN, (64, 64)),
    "Swin, padded": (SWIN, (54, 42)),  # maps 14 x 11 and 7 x 6, windows of 4, every second block shifted
}


@pytest.fixture(params=CASES)
def blocks(request: pytest.FixtureRequest) -> tuple[BlockTrace, ...]:
    config, size = CASES[request.param]
    network = build(config)
    randomise(network)
    return run_trace(network.eval().requires_grad_(False), random_picture(*size, seed=1)).blocks


def place_of(block: BlockTrace, window: int, token: int) -> tuple[int, int] | str:
    """Row and column on the map, "prefix" or "padding", worked out from the sizes alone."""
    if not isinstance(block, SwinBlockTrace):
        config = block.trace.config
        columns = block.trace["image"].shape[-1] // config.patch_size
        return divmod(token - config.num_prefix, columns) if token >= config.num_prefix else "prefix"
    grid = block.grid
    row = (window // grid.columns * grid.window + token // grid.window + grid.shift) % grid.padded[0]
    column = (window % grid.columns * grid.window + token % grid.window + grid.shift) % grid.padded[1]
    return (row, column) if row < grid.height and column < grid.width else "padding"


def exact_scores(block: BlockTrace) -> Tensor:
    """Of the q and k that torch made, in float64: (W, H, K, K)."""
    scores = block["q"].double() @ block["k"].double().transpose(-2, -1) / block["q"].shape[-1] ** 0.5
    if not isinstance(block, SwinBlockTrace):
        return scores
    scores = scores + block.bias
    return scores if block.mask is None else scores + block.mask.unsqueeze(1)


def by_loops(block: BlockTrace) -> tuple[list[float], list[float], list[float]]:
    """Entropy and distance of every head, and all weights on patches, one weight at a time."""
    scores = exact_scores(block)
    mask = block.mask if isinstance(block, SwinBlockTrace) else None
    entropies, distances, on_patches = [], [], []
    for head in range(scores.shape[1]):
        entropy, distance = [], []
        for window in range(scores.shape[0]):
            places = [place_of(block, window, token) for token in range(scores.shape[2])]
            for query, where in enumerate(places):
                if where == "padding":
                    continue
                weights = scores[window, head, query].softmax(dim=0).tolist()
                legal = [mask is None or float(mask[window, query, key]) == 0 for key in range(len(places))]
                if sum(legal) > 1:
                    entropy.append(-sum(w * math.log(w) for w in weights if w > 0) / math.log(sum(legal)))
                patches = [key for key, place in enumerate(places) if isinstance(place, tuple)]
                on_patches += [weights[key] for key in patches if legal[key]]
                if isinstance(where, tuple):
                    moved = sum(weights[key] * math.dist(where, places[key]) for key in patches)
                    distance.append(moved / sum(weights[key] for key in patches))
        entropies.append(sum(entropy) / len(entropy))
        distances.append(sum(distance) / len(distance))
    return entropies, distances, on_patches


def test_figures_are_those_of_the_loops(blocks: tuple[BlockTrace, ...]) -> None:
    for block in blocks:
        rows = block_rows(block)
        entropies, distances, on_patches = by_loops(block)
        np.testing.assert_allclose(rows.entropy.numpy(), entropies, rtol=0, atol=1e-12)
        np.testing.assert_allclose(rows.distance.numpy(), distances, rtol=0, atol=1e-12)
        assert rows.reach == pytest.approx(np.quantile(on_patches, 0.995), abs=1e-6)
        assert rows.entropy.dtype == rows.distance.dtype == torch.float64


def test_the_log_sum_exp_is_torchs(blocks: tuple[BlockTrace, ...]) -> None:
    """To the last digits of float64 for exact scores; for torch's own as far as float32 goes."""
    for block in blocks:
        lse = block_rows(block).lse
        assert lse.dtype == torch.float64
        torch.testing.assert_close(lse, exact_scores(block).logsumexp(dim=-1), rtol=0, atol=1e-12)
        torchs = block.scores().logsumexp(dim=-1)
        torch.testing.assert_close(lse.float(), torchs.view_as(lse), rtol=1e-6, atol=1e-6)


def equal(one: AttentionRows, other: AttentionRows) -> None:
    torch.testing.assert_close(one.lse, other.lse, rtol=0, atol=1e-12)
    torch.testing.assert_close(one.entropy, other.entropy, rtol=0, atol=1e-12)
    torch.testing.assert_close(one.distance, other.distance, rtol=0, atol=1e-12)
    torch.testing.assert_close(one.received, other.received, rtol=0, atol=1e-12)
    assert one.reach == pytest.approx(other.reach, rel=1e-6)


@pytest.mark.parametrize("chunk", [1, 100, 700])
def test_the_size_of_a_piece_makes_no_difference(
    blocks: tuple[BlockTrace, ...], chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row at a time; some rows; whole windows, the last piece with fewer."""
    whole = [block_rows(block) for block in blocks]
    monkeypatch.setattr(subject, "CHUNK", chunk)
    for block, rows in zip(blocks, whole, strict=True):
        equal(block_rows(block), rows)


def test_the_colour_scale_of_many_weights_is_that_of_every_nth_row(monkeypatch: pytest.MonkeyPatch) -> None:
    block = make("ViT").trace().blocks[0]  # 17 tokens, 2 heads
    monkeypatch.setattr(subject, "SAMPLED", 2 * 17 * 17 // 4)
    weights = (
        block.pattern()[:, ::5, 1:].flatten().numpy()
    )  # 578 weights in parts of at most 144: every 5th row
    assert block_rows(block).reach == pytest.approx(np.quantile(weights, 0.995), abs=1e-6)


def a_map(rows: int, columns: int) -> tuple[Tensor, Tensor]:
    """Places of a map without anything before it, and that all of it is real."""
    places = (
        torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).double().unsqueeze(0)
    )  # (1, N, 2)
    return places, torch.ones(1, rows * columns, dtype=torch.bool)


def test_an_even_head_has_entropy_one_and_the_mean_distance_of_the_map() -> None:
    places, real = a_map(3, 5)
    q = torch.zeros(1, 2, 15, 4)
    rows = attention_rows(q, torch.randn_like(q), places, real)
    torch.testing.assert_close(rows.entropy, torch.ones(2, dtype=torch.float64))
    expected = torch.cdist(places[0], places[0]).mean()
    torch.testing.assert_close(rows.distance, expected.repeat(2))
    assert rows.reach == pytest.approx(1 / 15)


def test_a_head_that_looks_at_itself_has_entropy_and_distance_zero() -> None:
    places, real = a_map(3, 4)
    q = 100 * torch.eye(12).view(1, 1, 12, 12)
    rows = attention_rows(q, q, places, real)
    assert float(rows.entropy) == pytest.approx(0, abs=1e-9)
    assert float(rows.distance) == pytest.approx(0, abs=1e-9)
    assert rows.reach == pytest.approx(1)


def test_a_head_that_looks_two_to_the_right() -> None:
    places, real = a_map(1, 8)
    keys = 100 * torch.eye(8)
    q = keys.roll(-2, dims=0).clone()
    q[6:] = keys[6:]  # the last two look at themselves
    rows = attention_rows(q.view(1, 1, 8, 8), keys.view(1, 1, 8, 8), places, real)
    assert float(rows.distance) == pytest.approx(6 * 2 / 8)


def test_rows_with_one_key_have_no_entropy() -> None:
    places, real = a_map(1, 2)
    q = torch.randn(1, 1, 2, 4)
    mask = torch.tensor([[[0.0, -100.0], [-100.0, 0.0]]])
    rows = attention_rows(q, q, places, real, mask=mask)
    assert rows.entropy.isnan().all()
    assert float(rows.distance) == pytest.approx(0, abs=1e-6)


def test_without_patches_there_is_no_distance() -> None:
    q = torch.randn(1, 1, 2, 4)
    rows = attention_rows(q, q, torch.full((1, 2, 2), torch.nan), torch.ones(1, 2, dtype=torch.bool))
    assert rows.distance.isnan().all()
    assert math.isnan(rows.reach)


def test_large_scores_do_not_overflow() -> None:
    places, real = a_map(2, 2)
    q = 1e3 * torch.randn(1, 1, 4, 8, generator=torch.Generator().manual_seed(0))
    rows = attention_rows(q, q, places, real)
    assert rows.lse.isfinite().all()
    assert 0 <= float(rows.entropy) <= 1


@pytest.mark.parametrize("name", ["pattern", "attn_scores"])
def test_a_run_that_changed_its_pattern_is_refused(name: str) -> None:
    trace = make("ViT").trace(Edit({f"blocks.1.{name}": lambda x: x * 0.5}))
    block_rows(trace.blocks[0])
    with pytest.raises(ValueError, match=r"the run itself changed the attention of blocks\.1"):
        block_rows(trace.blocks[1])

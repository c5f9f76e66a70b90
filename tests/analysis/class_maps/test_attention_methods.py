"""Class-token attention, rollout, Chefer and LeGrad of ViTs of every kind, each computed a second way."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest
import torch
from torch import Tensor

import vitviz
from tests.analysis.class_maps.subjects import CONFIGS, VITS, traced, whole_gradients
from tests.conftest import random_picture
from vitviz.analysis.class_maps import chefer, class_attention, legrad, rollout
from vitviz.analysis.class_maps.composition import reading_row
from vitviz.analysis.class_maps.leaving_out import high_norm_patches
from vitviz.analysis.class_maps.sensitivity import Sensitive
from vitviz.models.config import ViTConfig
from vitviz.probe import no_probe
from vitviz.tracing.edits import set_tensor, zero_head
from vitviz.tracing.trace import Trace, run_trace

SUMS = [name for name in VITS if name not in ("maximum", "mean and maximum")]


def cut(x: Tensor, left_out: Collection[int]) -> Tensor:
    """A matrix whose columns of these tokens are 0."""
    x = x.clone()
    x[:, list(left_out)] = 0
    return x


def relevance(trace: Trace, target: int, against: int | None, left_out: Collection[int] = ()) -> Tensor:
    """The paper's R (N, N) by its own recursion, R <- R + E_h (grad A * A)^+ R."""
    names = [f"{block.name}.pattern" for block in trace.blocks]
    found = whole_gradients(trace, names, target, against).tensors
    count = trace.blocks[0].num_tokens
    matrix = torch.eye(count, dtype=torch.float64)
    for name in names:
        product = (found[name] * found[f"{name}.gradient"])[0].clamp(min=0).mean(dim=0).detach()
        matrix = matrix + cut(product, left_out) @ matrix
    return matrix


@pytest.mark.parametrize("name", [n for n in SUMS if "query" not in n])
@pytest.mark.parametrize("against", [None, 0])
def test_chefer_is_the_papers_recursion(name: str, against: int | None) -> None:
    trace = traced(name)
    matrix = relevance(trace, 2, against) - torch.eye(trace.blocks[0].num_tokens)
    want = (reading_row(trace) @ matrix)[0, trace.config.num_prefix :].reshape(trace.patch_grid).numpy()
    found = chefer.attribute(trace, 2, against)
    assert want.max() > 0
    np.testing.assert_allclose(found.values, want, rtol=1e-8, atol=1e-10 * want.max())


@pytest.mark.parametrize("name", [n for n in SUMS if "query" in n])
def test_chefer_begins_with_what_a_pooling_query_attends_to(name: str) -> None:
    trace = traced(name)
    found = whole_gradients(trace, ["pool.pattern"], 2).tensors
    pool = (found["pool.pattern"] * found["pool.pattern.gradient"])[0].clamp(min=0).mean(dim=0).detach()
    matrix = relevance(trace, 2, None)
    want = (pool @ matrix[-pool.shape[1] :])[0, trace.config.num_prefix :].reshape(trace.patch_grid)
    np.testing.assert_allclose(chefer.attribute(trace, 2).values, want.numpy(), rtol=1e-8)


@pytest.mark.parametrize("edit", [zero_head(1, 2), set_tensor("blocks.1.pattern", 0.1)])
def test_chefer_of_an_edited_run_is_of_what_ran(edit: vitviz.Edit) -> None:
    plain = traced("ViT")
    trace = run_trace(plain.network, plain["image"], intervention=edit)
    want = relevance(trace, 2, None)[0, 1:].reshape(trace.patch_grid).numpy()
    found = chefer.attribute(trace, 2).values
    np.testing.assert_allclose(found, want, rtol=1e-8)
    assert np.abs(found - chefer.attribute(plain, 2).values).max() > 0.01 * found.max()


def test_chefer_on_paper() -> None:
    """Two tokens, two layers, the first of two heads; all numbers exact in binary.

    Layer 2, one head: A = ((.25, .75), (.5, .5)), grad = ((2, 4), (-2, 1)): (grad A * A)^+ = ((.5, 3), (0, .5)).
    Layer 1, two heads: products ((1, -1), (2, 0)) and ((3, 1), (-4, 2)): the mean of the positive ones is
    ((2, .5), (1, 1)). r = (1, 0) -> (1.5, 3) -> (1.5 + 1.5*2 + 3*1, 3 + 1.5*.5 + 3*1) = (7.5, 6.75).
    """
    from vitviz.analysis.class_maps.composition import through_attention

    second = Sensitive(
        "2", torch.tensor([[[[0.25, 0.75], [0.5, 0.5]]]]), torch.tensor([[[[2.0, 4.0], [-2.0, 1.0]]]])
    )
    ones = torch.ones(1, 2, 2, 2)
    first = Sensitive("1", ones, torch.tensor([[[[1.0, -1.0], [2.0, 0.0]], [[3.0, 1.0], [-4.0, 2.0]]]]))
    rows, tokens = torch.tensor([[1.0, 0.0]], dtype=torch.float64), torch.tensor([[0, 1]])
    for layer, want in ((second, [1.5, 3.0]), (first, [7.5, 6.75])):
        rows = rows + through_attention(rows, chefer.positive_product(layer), tokens)
        assert rows[0].tolist() == want


@pytest.mark.parametrize("without", [("prefix",), ("high_norm",), ("prefix", "high_norm")])
@pytest.mark.parametrize("name", ["registers", "rotary", "mean, norm first"])
def test_tokens_that_are_left_out_are_keys_of_nobody(name: str, without: tuple[str, ...]) -> None:
    trace = with_loud_patches(name)
    prefix = range(trace.config.num_prefix) if "prefix" in without else ()
    loud = high_norm_patches(trace) if "high_norm" in without else ()
    left = (*prefix, *loud)
    start = reading_row(trace, left)
    matrix = relevance(trace, 2, None, left) - torch.eye(trace.blocks[0].num_tokens)
    want = (start @ matrix)[0, trace.config.num_prefix :].reshape(trace.patch_grid).numpy()
    found = chefer.attribute(trace, 2, without=without).values  # type: ignore[arg-type]
    np.testing.assert_allclose(found, want, rtol=1e-8, atol=1e-10 * want.max())
    rolled = torch.eye(len(matrix), dtype=torch.float64)
    for block in trace.blocks:
        layer = cut(block.pattern().mean(dim=0), left) + torch.eye(len(matrix))
        rolled = layer / layer.sum(dim=1, keepdim=True) @ rolled
    want = (start @ rolled)[0, trace.config.num_prefix :].reshape(trace.patch_grid).numpy()
    found = rollout.attribute(trace, 2, without=without).values  # type: ignore[arg-type]
    np.testing.assert_allclose(found, want, rtol=1e-6)  # heads are averaged in float32
    for token in loud:
        assert found.flat[token - trace.config.num_prefix] == 0
    assert found.max() > 0


def with_loud_patches(name: str) -> Trace:
    """A run whose fourth and eighth patch have ten times the others' length in the last block's stream."""
    plain = traced(name)
    first = plain.config.num_prefix
    stream = plain["blocks.0.resid_pre"].clone()
    stream[:, [first + 3, first + 7]] *= 40
    trace = run_trace(plain.network, plain["image"], intervention=set_tensor("blocks.0.resid_pre", stream))
    assert high_norm_patches(trace) == (first + 3, first + 7)
    return trace


@pytest.mark.parametrize("name", SUMS)
def test_rollout_is_the_heads_share_of_the_product(name: str) -> None:
    trace = traced(name)
    start = reading_row(trace)
    rolled = torch.eye(start.shape[1], dtype=torch.float64)
    for block in trace.blocks:
        rolled = (block.pattern().mean(dim=0) + torch.eye(len(rolled))) / 2 @ rolled
    want = (start @ rolled)[0, trace.config.num_prefix :].reshape(trace.patch_grid).numpy()
    np.testing.assert_allclose(rollout.attribute(trace, 0).values, want, rtol=1e-6)
    assert (rollout.attribute(trace, 1, 3).values == rollout.attribute(trace, 0).values).all()


@pytest.mark.parametrize("name", VITS)
@pytest.mark.parametrize("start", [0, 2])
def test_legrad_is_each_layers_own_gradient(name: str, start: int) -> None:
    """The score of the network cut off behind block l, by autograd through a run of blocks of its own."""
    trace = traced(name)
    network, prefix = trace.network, trace.config.num_prefix
    maps = []
    for block in trace.blocks[start:]:
        wanted = "pool.pattern" if "query" in name else "pattern"
        kept: dict[str, Tensor] = {}

        def probe(
            tensor_name: str, tensor: Tensor, wanted: str = wanted, kept: dict[str, Tensor] = kept
        ) -> Tensor:
            if tensor_name == wanted:
                kept[wanted] = tensor = tensor.detach().requires_grad_()
            return tensor

        probe.wants = lambda tensor_name, wanted=wanted: tensor_name == wanted  # type: ignore[attr-defined]
        with torch.enable_grad():
            grid = (trace.patch_grid,) if "Variant" in type(network).__name__ else ()
            out = block.module(trace[f"{block.name}.resid_pre"], probe, *grid)
            score = network.classify(out, probe)[0]  # type: ignore[arg-type]
            (gradient,) = torch.autograd.grad(score[2] - score[1], [kept[wanted]])
        by_key = gradient[0].clamp(min=0).mean(dim=(0, 1))
        maps.append(by_key[-trace.patch_grid[0] * trace.patch_grid[1] :])
    want = torch.stack(maps).mean(dim=0).reshape(trace.patch_grid).numpy()
    found = legrad.attribute(trace, 2, 1, start=start)
    np.testing.assert_allclose(found.values, want, rtol=1e-8, atol=1e-12 * want.max())
    assert want.max() > 0
    assert prefix == trace.config.num_prefix


@pytest.mark.parametrize("name", ["Swin", "Swin v2"])
def test_legrad_of_a_swin_is_its_last_stages(name: str) -> None:
    trace = traced(name)
    last = [block for block in trace.swin_blocks if block.stage == 1]
    total = torch.zeros(last[0].num_tokens, dtype=torch.float64)
    for number, block in enumerate(last):
        # The network that ends behind this block: what the later ones add to the stream is 0.
        edits = [
            set_tensor(f"{b.name}.{part}", 0.0)
            for b in last[number + 1 :]
            for part in ("attn_out", "mlp_out")
        ]
        edit = sum(edits[1:], edits[0]) if edits else None
        cut_off = run_trace(trace.network, trace["image"], intervention=edit or no_probe)
        pattern = f"{block.name}.pattern"
        gradient = whole_gradients(cut_off, [pattern], 2).tensors[f"{pattern}.gradient"].clamp(min=0)
        for window, tokens in enumerate(block.tokens.tolist()):
            for place, token in enumerate(tokens):
                if token >= 0:
                    total[token] += gradient[window, :, :, place].sum() / block.num_heads / block.num_tokens
    want = (total / len(last)).reshape(last[0].map_size).numpy()
    np.testing.assert_allclose(legrad.attribute(trace, 2).values, want, rtol=1e-8)


def test_class_attention_is_the_last_blocks_row() -> None:
    trace = traced("registers")
    pattern = trace["blocks.2.pattern"][0]  # (H, N, N)
    one = class_attention.attribute(trace, 0, head=1)
    np.testing.assert_allclose(one.values.ravel(), pattern[1, 0, 3:].numpy(), rtol=1e-12)
    mean = class_attention.attribute(trace, 0)
    np.testing.assert_allclose(mean.values.ravel(), pattern[:, 0, 3:].mean(dim=0).numpy(), rtol=1e-12)
    assert (mean.of, mean.signed, mean.against) == ("nothing", False, None)
    alone = class_attention.attribute(trace, 0, without=["prefix"])
    assert alone.values.sum() == pytest.approx(1)
    np.testing.assert_allclose(alone.values / mean.values, 1 / mean.values.sum(), rtol=1e-12)
    with pytest.raises(IndexError, match="3 heads"):
        class_attention.attribute(trace, 0, head=3)


def test_class_attention_of_two_readers_and_of_a_pooling_query() -> None:
    trace = traced("distilled")
    want = trace["blocks.2.pattern"][0, :, :2, 2:].mean(dim=(0, 1)).numpy()
    np.testing.assert_allclose(class_attention.attribute(trace, 0).values.ravel(), want, rtol=1e-12)
    pooled = traced("pooling query")
    want = pooled["pool.pattern"][0, :, 0].mean(dim=0).numpy()
    np.testing.assert_allclose(class_attention.attribute(pooled, 0).values.ravel(), want, rtol=1e-12)


def test_a_kind_that_cannot_be_left_out_is_named() -> None:
    with pytest.raises(ValueError, match="prefix and high_norm, not 'cls'"):
        rollout.attribute(traced("ViT"), 0, without=("cls",))  # type: ignore[arg-type]


def test_relevance_needs_no_gradient_of_a_weight() -> None:
    """Weights that ask for one get none, and the map is the same."""
    trace = traced("ViT", (32, 48))
    want = chefer.attribute(trace, 1).values
    network = trace.network
    try:
        network.requires_grad_(True)  # type: ignore[attr-defined]
        again = run_trace(network, random_picture(32, 48, seed=5).double())
        np.testing.assert_allclose(chefer.attribute(again, 1).values, want, rtol=1e-12)
        assert all(p.grad is None for p in network.parameters())  # type: ignore[attr-defined]
    finally:
        network.requires_grad_(False)  # type: ignore[attr-defined]


def test_every_kind_of_pooling_is_among_them() -> None:
    pools = {config.pool for config in CONFIGS.values() if isinstance(config, ViTConfig)}
    assert pools == {"token", "avg", "max", "avgmax", "token_avg", "map"}

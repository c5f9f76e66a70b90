"""The parts of a logit add up to it, and each part is what taking it away from the stream would cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.conftest import random_picture, randomise
from tests.tracing.conftest import MEAN_POOLED, RELATIVE, SWIN, SWIN_V2, VIT
from vitviz.analysis.attribution.logit_attribution import (
    Attribution,
    Part,
    head_sources,
    mlp_units,
    readers,
)
from vitviz.analysis.attribution.source_rest import source_rest
from vitviz.analysis.stream.residual_stream import StreamBlock, StreamPass
from vitviz.models.build import build
from vitviz.models.config import ModelConfig
from vitviz.tracing.trace import Trace, run_trace

MEAN = replace(VIT, pool="avg")  # a class token that nobody reads, and the norm before the pooling
POOL_FIRST = replace(MEAN_POOLED, representation_size=None)
DISTILLED = replace(VIT, distillation_token=True)
CONFIGS: dict[str, tuple[ModelConfig, tuple[int, int]]] = {
    "class token": (VIT, (32, 32)),
    "mean": (MEAN, (32, 32)),
    "mean before the norm": (POOL_FIRST, (32, 32)),
    "distilled": (DISTILLED, (32, 32)),
    "layer scale, registers, ln_pre": (RELATIVE, (24, 40)),
    "Swin": (SWIN, (64, 64)),
    "Swin, padded": (SWIN, (54, 42)),
    "Swin v2": (SWIN_V2, (64, 64)),
    "Swin v2, padded": (SWIN_V2, (54, 42)),
}


def traced(name: str, dtype: torch.dtype = torch.float64) -> Trace:
    config, size = CONFIGS[name]
    network = build(config)
    randomise(network)
    network.eval().requires_grad_(False).to(dtype)
    return run_trace(network, random_picture(*size, seed=1).to(dtype))


def passed(trace: Trace) -> tuple[list[StreamBlock], Attribution, StreamPass]:
    work = StreamPass(trace)
    blocks = list(work.blocks())
    attribution = work.attribution()
    assert attribution is not None
    return blocks, attribution, work


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_the_parts_add_up_to_the_logit(name: str, dtype: torch.dtype, most: float) -> None:
    trace = traced(name, dtype)
    _, attribution, _ = passed(trace)
    for target in range(5):
        assert attribution.total(target) == pytest.approx(trace.logits[target].item(), abs=most)


@pytest.mark.parametrize("name", CONFIGS)
def test_heads_and_bias_add_up_to_their_attention(name: str) -> None:
    _, attribution, _ = passed(traced(name))
    scores = attribution.scores(2)
    for number, part in enumerate(attribution.parts):
        if part.kind == "attention":
            inside = [
                scores[i]
                for i, p in enumerate(attribution.parts)
                if p.block == part.block and p.kind in ("head", "bias")
            ]
            assert len(inside) > 2
            assert sum(inside) == pytest.approx(scores[number], abs=1e-12)


@pytest.mark.parametrize("name", ["class token", "mean", "distilled", "layer scale, registers, ln_pre"])
def test_a_part_is_what_the_logit_loses_without_it_while_mean_and_scale_stay(name: str) -> None:
    """Brute force: take the last MLP's output away from the stream, and put it through a frozen final norm."""
    trace = traced(name)
    network = trace.network
    _, attribution, _ = passed(trace)
    stream, without = trace["blocks.1.resid_post"], trace["blocks.1.resid_mid"]
    norm = network.norm
    mean, scale = trace["ln_final.mean"], trace["ln_final.scale"]

    def logits(x: torch.Tensor, centre: torch.Tensor) -> torch.Tensor:
        y = (x - centre) / scale * norm.weight + norm.bias
        if network.config.pool == "avg":
            return network.head(y[:, network.config.num_prefix :].mean(dim=1))[0]
        first = network.head(y[:, 0])[0]
        return first if network.head_dist is None else (first + network.head_dist(y[:, 1])[0]) / 2

    torch.testing.assert_close(logits(stream, mean), trace.logits)
    added = trace["blocks.1.mlp_out"]
    lost = logits(stream, mean) - logits(without, mean - added.mean(dim=-1, keepdim=True))
    index = attribution.parts.index(Part("mlp", "blocks.1"))
    for target in range(5):
        assert attribution.scores(target)[index] == pytest.approx(lost[target].item(), abs=1e-12)


@pytest.mark.parametrize("name", CONFIGS)
def test_a_heads_sources_and_an_mlps_units_add_up_to_it(name: str) -> None:
    trace = traced(name)
    _, attribution, work = passed(trace)
    block = trace.blocks[-1]
    scores = attribution.scores(3)
    head = scores[attribution.parts.index(Part("head", block.name, 1))]
    sources = head_sources(block, 1, work.by, 3)
    if "padded" not in name:  # there, padding was looked at too, and it is no token
        assert sources.sum() == pytest.approx(head, abs=1e-12)
    units = mlp_units(block, work.by, 3)
    mlp = scores[attribution.parts.index(Part("mlp", block.name))]
    assert units.given.sum() + units.bias == pytest.approx(mlp, abs=1e-12)
    np.testing.assert_allclose(units.value * units.worth, units.given, atol=1e-12)


@pytest.mark.parametrize("name", CONFIGS)
def test_tokens_bias_and_padding_together_are_an_attentions(name: str) -> None:
    trace = traced(name)
    _, attribution, work = passed(trace)
    block = trace.blocks[-1]
    number = attribution.parts.index(Part("attention", block.name))
    total = sum(head_sources(block, head, work.by, 3).sum() for head in range(block.num_heads))
    rest = source_rest(attribution, number, 3, total)
    assert rest.bias != 0
    assert (rest.padding != 0) == ("padded" in name)
    assert total + rest.bias + rest.padding == pytest.approx(attribution.scores(3)[number], abs=1e-9)
    head = attribution.parts.index(Part("head", block.name, 0))
    assert source_rest(attribution, head, 3, attribution.scores(3)[head]) == (
        0,
        0,
        attribution.scores(3)[head],
    )


def test_a_heads_source_is_the_attention_to_it_times_what_its_value_is_worth() -> None:
    trace = traced("class token")
    work = passed(trace)[2]
    block, head, source = trace.blocks[1], 0, 7
    d = block["v"].shape[-1]
    out = block.module.attn.proj.weight[:, head * d : (head + 1) * d] @ block["v"][0, head, source]  # (D,)
    out = out * block["pattern"][0, head, 0, source]
    scale = trace["ln_final.scale"][0, 0, 0]
    row = trace.network.head.weight[4] * trace.network.norm.weight
    want = ((out - out.mean()) / scale * row).sum().item()
    assert head_sources(block, head, work.by, 4)[source] == pytest.approx(want, abs=1e-14)


def test_the_parts_of_a_vit_are_named_in_the_order_in_which_they_are_added() -> None:
    _, attribution, _ = passed(traced("class token"))
    kinds = [part.kind for part in attribution.parts]
    block = ["attention", "head", "head", "bias", "mlp"]
    assert kinds == ["tokens", "position", *block, *block, "constant"]


def test_a_swin_begins_at_its_last_stage() -> None:
    _, attribution, _ = passed(traced("Swin"))
    assert attribution.parts[0] == Part("before")
    blocks = {part.block for part in attribution.parts if part.kind == "attention"}
    assert blocks == {"layers.1.blocks.0", "layers.1.blocks.1"}


def test_a_head_with_a_tanh_has_no_parts_and_says_so() -> None:
    network = build(replace(VIT, representation_size=6)).eval().requires_grad_(False)
    trace = run_trace(network, random_picture(32, 32))
    with pytest.raises(ValueError, match="tanh"):
        readers(trace)
    work = StreamPass(trace)
    assert len(list(work.blocks())) == 2
    assert work.attribution() is None


@pytest.mark.parametrize("name", ["class token", "Swin, padded"])
def test_lengths_and_sparsity_are_those_of_the_recorded_tensors(name: str) -> None:
    trace = traced(name)
    blocks, _, _ = passed(trace)
    for found in blocks:
        for what, tensor in (
            ("before", "resid_pre"),
            ("attention", "attn_out"),
            ("mlp", "mlp_out"),
            ("after", "resid_post"),
        ):
            x = trace[f"{found.name}.{tensor}"].flatten(0, -2)
            np.testing.assert_allclose(getattr(found, what), x.square().sum(dim=-1).sqrt().numpy())
        pre, post = (trace[f"{found.name}.{n}"].flatten(0, -2) for n in ("mlp_pre", "mlp_post"))
        torch.testing.assert_close(post, F.gelu(pre))
        negative = [(row < 0).sum().item() / len(row) for row in pre]
        near = [(row.abs() < row.abs().max() / 20).sum().item() / len(row) for row in post]
        np.testing.assert_allclose(found.sparsity.negative, negative)
        np.testing.assert_allclose(found.sparsity.near_zero, near)
        assert found.grid[0] * found.grid[1] + (
            trace.config.num_prefix if name == "class token" else 0
        ) == len(found.after)


@pytest.mark.parametrize("name", ["class token", "distilled", "Swin"])
def test_parts_stand_in_a_tree_whose_products_are_their_scores(name: str) -> None:
    _, attribution, _ = passed(traced(name))
    scores = attribution.scores(1)
    assert [number for number, _ in attribution.tree] == attribution.whole.tolist()
    inner = [number for _, inside in attribution.tree for number in inside]
    assert sorted(inner) == sorted(set(range(len(scores))) - set(attribution.whole.tolist()))
    for number, inside in attribution.tree:
        part = attribution.parts[number]
        assert bool(inside) == (part.kind == "attention")
        assert {attribution.parts[one].block for one in inside} <= {part.block}
        if part.kind != "constant":
            assert attribution.products(number, 1).sum() == pytest.approx(scores[number], abs=1e-12)
    largest = attribution.largest(1)
    assert largest in attribution.whole
    assert abs(scores[largest]) == max(abs(scores[attribution.whole]))

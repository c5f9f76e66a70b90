from __future__ import annotations

import math

import pytest
import torch
from torch import Generator

from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.models.layers import attention_scores
from vitviz.train.attention import (
    Spread,
    attention_figures,
    relative_entropy,
    sink_keys,
    spread_of_heads,
    weight_on_sinks,
)
from vitviz.train.recipe import Network
from vitviz.zoo.registry import find


def test_five_of_197_keys_are_sinks() -> None:
    assert [sink_keys(keys) for keys in (197, 198, 49, 17, 1370)] == [5, 5, 1, 1, 35]


def test_even_and_staring_heads() -> None:
    even = torch.full((2, 6, 197), 1 / 197)
    assert torch.allclose(weight_on_sinks(even), torch.full((2,), 5 / 197))
    assert torch.allclose(relative_entropy(even), torch.ones(2, 6))
    staring = torch.zeros(2, 6, 197)
    staring[..., 7] = 1
    assert torch.equal(weight_on_sinks(staring), torch.ones(2))
    assert torch.equal(relative_entropy(staring), torch.zeros(2, 6))
    everyone_elsewhere = torch.eye(197).unsqueeze(0)  # sharp, but no key is looked at more than another
    assert weight_on_sinks(everyone_elsewhere).item() == pytest.approx(5 / 197)


@pytest.mark.parametrize("name", ["vit-test", "swin-test"])
def test_the_figures_of_a_network(name: str) -> None:
    network: Network = build(find(name).config)
    initialize(network, 0)
    pictures = torch.randn(3, 1, 3, 32, 32, generator=Generator().manual_seed(0))
    calm = attention_figures(network, pictures)
    assert calm.entropy > 0.9  # random small weights look everywhere (a mask leaves some windows fewer keys)
    assert calm.largest_score < 1
    with torch.no_grad():
        for parameter_name, parameter in network.named_parameters():
            if parameter_name.endswith("qkv.weight"):
                parameter.mul_(100)
    wild = attention_figures(network, pictures)
    assert wild.entropy < calm.entropy
    assert wild.sinks > calm.sinks
    assert 1 < wild.largest_score < 1e6
    assert wild.largest_score != pytest.approx(100)  # the -100 of a Swin's mask is no score


def test_the_penalty_measures_the_same_and_is_nothing_inside_the_bounds() -> None:
    generator = Generator().manual_seed(0)
    q, k = (8 * torch.randn(3, 2, 10, 4, generator=generator) for _ in range(2))
    spread = Spread(sinks=0.0, entropy=1.0, score=10.0, layer=0.0, pictures=8, queries=10)
    chosen = spread.choose(10, q.device)
    assert sorted(chosen.tolist()) == list(range(10))
    assert chosen[0] == 0
    heads = spread_of_heads(q, k, chosen, spread)
    scores = attention_scores(q, k)
    pattern = scores.softmax(-1)
    assert heads[0].item() == pytest.approx(weight_on_sinks(pattern).mean().item())
    assert heads[1].item() == pytest.approx(relative_entropy(pattern).mean().item(), abs=1e-5)
    excess = (scores.abs().amax((-2, -1)) / 10 - 1).relu().square().mean().item()
    assert heads[2].item() == pytest.approx(excess)
    penalty = spread.penalty(heads.unsqueeze(0)).item()
    assert penalty == pytest.approx(2 * (heads[0] + 1 - heads[1]).item() + excess, rel=1e-5)
    loose = Spread(sinks=1.0, entropy=0.0, score=math.inf)
    within = spread_of_heads(q, k, chosen, loose)
    assert loose.penalty(within.unsqueeze(0)).item() == 0


def test_the_penalty_calms_a_head() -> None:
    generator = Generator().manual_seed(0)
    q = (8 * torch.randn(4, 2, 20, 4, generator=generator)).requires_grad_()
    k = (8 * torch.randn(4, 2, 20, 4, generator=generator)).requires_grad_()
    spread = Spread(score=10.0, queries=20)
    optimizer = torch.optim.Adam([q, k], lr=0.3)
    first = last = 0.0
    for step in range(60):
        heads = spread_of_heads(q, k, spread.choose(20, q.device), spread)
        loss = spread.penalty(heads.unsqueeze(0))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        first, last = (loss.item() if step == 0 else first), loss.item()
    assert last < 0.2 * first

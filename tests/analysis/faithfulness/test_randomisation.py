"""Randomisation: on a copy, from the top down, cumulative; rank correlations by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.analysis.faithfulness.conftest import CLASS_TOKEN, SWIN, traced
from vitviz.analysis.class_maps.class_map import ClassMap
from vitviz.analysis.faithfulness.randomisation import (
    forgetting,
    looked_at,
    parts_from_the_top,
    rank_correlation,
    ranks,
    shuffle,
)
from vitviz.tracing.trace import Trace
from vitviz.tracing.weights import weights_hash


def first_attention(trace: Trace) -> ClassMap:
    """Needs no more than the first block: blind to everything above."""
    block = trace.blocks[0]
    size = trace["image"].shape[-1] // trace.config.patch_size
    norms = torch.linalg.vector_norm(trace[f"{block.name}.resid_pre"][0], dim=-1).flatten()
    values = norms[trace.config.num_prefix :].reshape(size, size)
    return ClassMap("norm", values.double().numpy(), False, "nothing", 0)


def gradient(trace: Trace) -> ClassMap:
    """What the head says of every token: depends on all weights."""
    last = trace[f"{trace.network.steps()[-1][0]}.resid_post"].flatten(1, -2)[0]
    network = trace.network
    with torch.no_grad():
        given = network.norm(last) @ network.head.weight[0]  # type: ignore[attr-defined]
    given = given[trace.config.num_prefix :]
    side = int(len(given) ** 0.5)
    return ClassMap("last", given.double().numpy().reshape(side, side), True, "logit", 0)


@pytest.mark.parametrize("config", [CLASS_TOKEN, SWIN], ids=["ViT", "Swin"])
def test_every_parameter_belongs_to_one_part(config: object) -> None:
    network = traced(config).network  # type: ignore[arg-type]
    found = [id(p) for _, parameters in parts_from_the_top(network) for p in parameters]
    assert sorted(found) == sorted(id(p) for p in network.parameters())  # type: ignore[attr-defined]
    names = [name for name, _ in parts_from_the_top(network)]
    assert (names[0], names[-1]) == ("classify", "embed")
    assert names[1:-1] == [name for name, _ in reversed(network.steps())]


@pytest.mark.parametrize("config", [CLASS_TOKEN, SWIN], ids=["ViT", "Swin"])
def test_the_shared_network_stays_as_it_is_and_blind_maps_are_found_out(config: object) -> None:
    trace = traced(config)  # type: ignore[arg-type]
    before = weights_hash(trace.network)
    blind = list(forgetting(trace, first_attention, first_attention(trace).values))
    seeing = list(forgetting(trace, gradient, gradient(trace).values))
    assert weights_hash(trace.network) == before
    assert len(blind) == len(seeing) == looked_at(trace) == len(trace.network.steps()) + 2
    assert all(each.similarity == pytest.approx(1) for each in blind[:-1])
    assert blind[-1].part == "embed"
    assert abs(blind[-1].similarity) < 0.99
    assert seeing[0].similarity < 0.99


def test_parts_are_shuffled_one_after_another() -> None:
    trace = traced(CLASS_TOKEN)
    seen: list[Trace] = []

    def keep(run: Trace) -> ClassMap:
        seen.append(run)
        logits = run.logits.double().numpy()
        return ClassMap("logits", np.resize(logits, (4, 4)), True, "logit", 0)

    # The copy changes while it is looked at, so what each run said is compared and not its weights.
    found = list(forgetting(trace, keep, np.arange(16.0).reshape(4, 4)))
    said = [tuple(run.logits.tolist()) for run in seen]
    assert len(set(said)) == len(said) == len(found)
    assert tuple(trace.logits.tolist()) not in said


def test_shuffling_keeps_the_numbers() -> None:
    weight = torch.nn.Parameter(torch.arange(24.0).view(4, 6))
    shuffle([weight], torch.Generator().manual_seed(0))
    assert not torch.equal(weight, torch.arange(24.0).view(4, 6))
    assert weight.flatten().sort().values.tolist() == list(range(24))


def test_some_steps_only_still_look_at_the_first_and_the_last() -> None:
    trace = traced(CLASS_TOKEN)
    parts = [one.part for one in forgetting(trace, gradient, gradient(trace).values, every=2)]
    assert parts == ["classify", "blocks.0", "embed"]
    assert looked_at(trace, 2) == 3


def test_rank_correlation_by_hand() -> None:
    assert ranks(np.array([10.0, 20.0, 20.0, 5.0])).tolist() == [1, 2.5, 2.5, 0]
    assert rank_correlation(np.arange(5.0), np.arange(5.0) ** 3) == pytest.approx(1)
    assert rank_correlation(np.arange(5.0), -np.arange(5.0)) == pytest.approx(-1)
    a, b = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 4, 3, 5])
    assert rank_correlation(a, b) == pytest.approx(1 - 6 * 4 / (5 * 24))  # 1 - 6 sum d^2 / (n (n^2 - 1))
    assert np.isnan(rank_correlation(np.ones(4), np.arange(4.0)))

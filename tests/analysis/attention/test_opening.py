"""The head and patch to open with: one that looks from the object at the object, and is no sink."""

import numpy as np
import pytest
import torch

import vitviz
from tests.tracing.conftest import make
from vitviz.analysis.attention.evidence import evidence, with_neighbours
from vitviz.analysis.attention.opening import more_than_average, object_patches, opening
from vitviz.samples import SAMPLES
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import run_trace


def test_the_objects_patches_hold_half_of_what_speaks_for_the_class() -> None:
    values = np.array([5.0, -9, 1, 4, 0.5, 0.5, 3, 1, 0.5, 0.5, *[0.4] * 10])  # 20 for the class, 9 against
    assert object_patches(values) == [0, 3, 6, 2]  # 12 of 20 with three, but never fewer than four
    assert len(object_patches(np.ones(40))) == 10  # a quarter
    assert object_patches(np.zeros(3)) == [0, 1, 2]


def test_a_sink_counts_for_nothing_and_what_only_the_object_looks_at_counts() -> None:
    others = torch.tensor([[True, True, False]])
    average = torch.tensor([[0.9, 0.05, 0.05]] * 2)
    weights = torch.tensor([[[0.9, 0.05, 0.05]], [[0.1, 0.8, 0.1]]])  # two heads, one query
    torch.testing.assert_close(more_than_average(weights, average, others), torch.tensor([[0.0], [0.75]]))


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini"])
def test_the_chosen_patch_gives_the_object_more_than_others_do(name: str) -> None:
    trace = vitviz.trace(vitviz.load_model(name), SAMPLES[0].path)
    found = opening(trace)
    block = trace.blocks[found.block]
    assert found.token in found.patches
    assert found.evidence.kind == "class"
    assert found.evidence.target == int(trace.logits.argmax())
    if isinstance(block, SwinBlockTrace):
        window, place = block.place(found.token)
        keys, rows = block.tokens[window], block.window_pattern(window, found.head)
    else:
        keys, rows, place = torch.arange(block.num_tokens), block.pattern(found.head), found.token
    there = torch.isin(keys, torch.tensor(found.patches))
    assert found.share == pytest.approx(float(rows[place][there].sum()), abs=1e-6)
    assert found.average == pytest.approx(float(rows[:, there].sum(dim=1).mean()), abs=1e-6)
    assert found.share > found.average + 0.1


def test_where_the_head_pools_the_patches_the_evidence_is_their_share_of_the_score() -> None:
    subject = make("Swin")
    network = subject.network.double()
    trace = run_trace(network, subject.image.double())
    found = evidence(trace)
    weight, bias = network.head.weight[found.target], network.head.bias[found.target]
    assert found.values.sum() + float(weight @ network.norm.bias + bias) == pytest.approx(
        trace.logits.max().item(), abs=1e-9
    )


def test_a_patch_and_those_around_it_have_their_mean() -> None:
    values = np.arange(12.0)
    mean = with_neighbours(values, (3, 4)).reshape(3, 4)
    assert mean[1, 1] == np.mean([0, 1, 2, 4, 5, 6, 8, 9, 10])
    assert mean[0, 0] == np.mean([0, 0, 1, 0, 0, 1, 4, 4, 5])

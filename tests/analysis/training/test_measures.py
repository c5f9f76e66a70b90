"""Norms, part by part, and the step on random numbers."""

import math

import pytest
import torch

from vitviz.analysis.training.measures import PARTS, clip_factor, gradient_norm, part_of, weight_norms
from vitviz.analysis.training.random_label import random_label
from vitviz.train.lab_config import LabConfig
from vitviz.train.lab_network import make_network


def test_the_parts_make_up_the_whole_network() -> None:
    network = make_network(LabConfig())
    norms = weight_norms(network)
    assert list(norms) == [part for part, _ in PARTS]
    whole = torch.cat([p.detach().flatten().double() for p in network.parameters()]).norm().item()
    assert math.sqrt(sum(x * x for x in norms.values())) == pytest.approx(whole, rel=1e-12)


def test_a_name_of_no_part_is_refused() -> None:
    with pytest.raises(KeyError):
        part_of("something.weight")


def test_gradient_and_clipping_are_torchs() -> None:
    network = make_network(LabConfig())
    network(torch.randn(2, 3, 32, 32)).square().sum().backward()
    length = gradient_norm(network)
    before = network.patch_embed.proj.weight.grad
    assert before is not None
    before = before.clone()
    assert torch.nn.utils.clip_grad_norm_(network.parameters(), 0.5).item() == pytest.approx(length, rel=1e-5)
    after = network.patch_embed.proj.weight.grad
    assert after is not None
    torch.testing.assert_close(after, before * clip_factor(length, 0.5))
    assert clip_factor(0.3, 0.5) == 1


def test_the_last_step_of_random_numbers() -> None:
    torch.manual_seed(5)
    first = torch.rand(1)
    torch.manual_seed(5)
    runs = [random_label(seed) for seed in range(20)]
    assert torch.equal(torch.rand(1), first)  # the global generator was left alone
    for run in runs:
        p = run.probabilities
        assert run.loss == pytest.approx(-math.log(p[run.label].item()), abs=1e-5)
    mean = sum(run.loss for run in runs) / len(runs)
    assert abs(mean - math.log(10)) < 0.5
    shapes = [shape for _, shape in runs[0].run.lines if shape is not None]
    assert (1, 196, 8) in shapes
    assert shapes[-1] == ()
    assert random_label(3).loss == runs[3].loss

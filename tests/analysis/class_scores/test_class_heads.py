"""Every way of reading the tokens is what the formula says; the trained one is the run's own logits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.conftest import random_picture, randomise
from tests.tracing.conftest import SUBJECTS, VIT, Subject, make
from vitviz.analysis.class_scores.class_heads import Reading, head_sizes, paper_heads, readings
from vitviz.models.build import build
from vitviz.tracing.trace import run_trace


def stream_of(subject: Subject) -> torch.Tensor:
    return subject.trace()[f"{subject.network.steps()[-1][0]}.resid_post"]


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_trained_reading_is_the_runs_own(name: str) -> None:
    subject = make(name)
    trained = [r for r in readings(subject.network, stream_of(subject), 3) if r.trained]
    assert len(trained) == 1
    np.testing.assert_allclose(trained[0].logits, subject.logits()[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("normed", [True, False])
def test_other_readings_follow_the_formula(normed: bool) -> None:
    network = build(VIT)
    randomise(network)
    network.eval().requires_grad_(False)
    x = run_trace(network, random_picture(32, 32))["blocks.1.resid_post"]
    y = F.layer_norm(x, (16,), network.norm.weight, network.norm.bias, 1e-6) if normed else x
    want = {"cls": y[0, 0], "mean": y[0, 1:].mean(dim=0), "chosen": y[0, 5]}
    found = {r.pooling: r for r in readings(network, x, 5) if r.normed == normed}
    assert set(found) == set(want)
    for name, vector in want.items():
        logits = network.head.weight @ vector + network.head.bias
        np.testing.assert_allclose(found[name].logits, logits.numpy(), atol=1e-6)


@pytest.mark.parametrize("hidden", [None, 6])
def test_the_sizes_of_a_head_are_those_of_its_modules(hidden: int | None) -> None:
    network = build(replace(VIT, representation_size=hidden))
    modules = [network.head, *([network.pre_logits] if network.pre_logits is not None else [])]
    count = sum(p.numel() for module in modules for p in module.parameters())
    sizes = head_sizes(16, 5, hidden)
    assert sum(layer.parameters for layer in sizes) == count
    assert sizes[-1].shape == tuple(network.head.weight.shape)


def test_the_best_classes_of_a_reading_have_their_softmax() -> None:
    reading = Reading("cls", True, True, np.array([1.0, 3.0, -2.0, 2.0]))
    shares = np.exp(reading.logits) / np.exp(reading.logits).sum()
    assert [one.number for one in reading.best(3)] == [1, 3, 0]
    for one in reading.best(3):
        assert (one.logit, one.probability) == (reading.logits[one.number], pytest.approx(shares[one.number]))


@pytest.mark.parametrize("hidden", [None, 24])
def test_the_papers_heads_count_the_models_own_weights(hidden: int | None) -> None:
    network = build(replace(VIT, representation_size=hidden))
    own = network.head.weight.numel() + network.head.bias.numel()
    if hidden:
        own += network.pre_logits.weight.numel() + network.pre_logits.bias.numel()
    one, two = paper_heads(network)
    assert (one.own, two.own) == (hidden is None, hidden is not None)
    chosen = two if hidden else one
    assert sum(layer.parameters for layer in chosen.layers) == own
    assert two.layers[0].shape == (hidden or 16, 16)


def test_a_distilled_model_has_two_heads_and_each_reads_its_own_token() -> None:
    network = build(replace(VIT, distillation_token=True)).eval().requires_grad_(False)
    randomise(network)
    one, two = paper_heads(network)
    assert (one.own, two.own) == (True, False)
    assert sum(layer.parameters for layer in one.layers) == sum(
        p.numel() for head in (network.head, network.head_dist) for p in head.parameters()
    )
    x = run_trace(network, random_picture(32, 32))["blocks.1.resid_post"]
    y = network.norm(x)[0]  # (N, D)
    for token, head in ((0, network.head), (1, network.head_dist), (2, network.head)):
        (chosen,) = [r for r in readings(network, x, token) if r.normed and r.pooling == "chosen"]
        np.testing.assert_allclose(chosen.logits, head(y[token]).numpy(), atol=1e-6)

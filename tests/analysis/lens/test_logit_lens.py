"""A lens reads what the model's own head would say at that depth, for every token."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.conftest import random_picture, randomise
from tests.tracing.conftest import SUBJECTS, VIT, make
from vitviz.analysis.lens.logit_lens import (
    blocks_before,
    choose_classes,
    depth_names,
    depths,
    lens,
    open_reading,
    own_reading,
    own_scores,
)
from vitviz.models.build import build
from vitviz.tracing.trace import Trace, run_trace


def by_hand(trace: Trace, name: str, token: int) -> torch.Tensor:
    """One token through final norm and head, step by step, (K,)."""
    network = trace.network
    x = trace[name].flatten(0, -2)[token]
    y = F.layer_norm(x, x.shape, network.norm.weight, network.norm.bias, network.norm.eps)
    if getattr(network, "pre_logits", None) is not None:
        y = torch.tanh(network.pre_logits(y))
    own = getattr(network, "head_dist", None)
    return own(y) if own is not None and token == 1 else network.head(y)


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_last_depth_is_the_runs_own_prediction(name: str) -> None:
    subject = make(name)
    trace = subject.trace()
    found = list(depths(trace))
    np.testing.assert_allclose(found[-1].own, trace.logits.numpy(), atol=1e-6)
    assert len(found) == len(depth_names(trace)) == 3
    np.testing.assert_array_equal(own_scores(trace), np.stack([depth.own for depth in found]))


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_token_at_every_depth_is_read_through_norm_and_head(name: str) -> None:
    subject = make(name)
    trace = subject.trace()
    found = list(depths(trace))
    classes = (3, 0, 4)
    result = lens(trace, found, classes)
    first = int(own_reading(trace))
    for d, depth in enumerate(result.depths):
        tokens = trace[depth].flatten(0, -2).shape[0]
        assert result.logits.shape[1] == first + tokens
        for token in (0, 1, 5, tokens - 1):
            logits = by_hand(trace, depth, token)
            at = first + token
            np.testing.assert_allclose(result.logits[d, at], logits[list(classes)].numpy(), atol=1e-5)
            assert result.lse[d, at] == pytest.approx(logits.logsumexp(0).item(), abs=1e-5)
            assert result.best[d, at] == int(logits.argmax())
            assert result.best_logit[d, at] == pytest.approx(logits.max().item(), abs=1e-5)


def test_the_models_own_reading_is_classify_of_that_depth() -> None:
    trace = make("Swin").trace()
    found = list(depths(trace))
    assert own_reading(trace)
    assert found[0].name == "layers.1.blocks.0.resid_pre"  # only the last stage has the head's width
    result = lens(trace, found, (2,))
    for d, name in enumerate(result.depths):
        want = trace.network.classify(trace[name])[0, 2].item()
        assert result.logits[d, 0, 0] == pytest.approx(want, abs=1e-6)


@pytest.mark.parametrize("name", ["ViT", "ViT without a class token", "Swin"])
def test_one_reading_opened_agrees_in_float64(name: str) -> None:
    subject = make(name)
    subject.network.double()
    trace = run_trace(subject.network, subject.image.double())
    depth = depth_names(trace)[1]
    steps = open_reading(trace, depth, 4, 2)
    logits = by_hand(trace, depth, 4)
    assert steps.logit == pytest.approx(logits[2].item(), abs=1e-12)
    assert steps.features @ steps.weights + steps.bias == pytest.approx(steps.logit, abs=1e-12)
    assert steps.probability == pytest.approx(logits.softmax(0)[2].item(), abs=1e-12)
    x = trace[depth].flatten(0, -2)[4]
    assert steps.mean == pytest.approx(x.mean().item(), abs=1e-14)
    np.testing.assert_array_equal(steps.products, steps.features * steps.weights)
    variance = x.var(unbiased=False).item()
    assert steps.scale == pytest.approx((variance + trace.network.norm.eps) ** 0.5, abs=1e-12)


def test_the_classes_that_are_followed_keep_their_places() -> None:
    found = list(depths(make("ViT").trace()))
    base = choose_classes(found, [], count=3)
    assert len(set(base)) == 3
    assert base[0] == int(found[-1].own.argmax())
    assert choose_classes(found, [base[2]], count=3) == base
    other = next(index for index in range(5) if index not in base)
    assert choose_classes(found, [other], count=3) == (*base[:2], other)


def test_depths_are_counted_by_the_blocks_that_have_run() -> None:
    assert blocks_before(make("ViT").trace()) == (0, 1, 2)
    swin = make("Swin").trace()
    assert len(swin.blocks) == 4
    assert blocks_before(swin) == (2, 3, 4)


def test_a_distillation_token_is_read_by_its_own_head() -> None:
    network = build(replace(VIT, distillation_token=True)).eval()
    randomise(network)
    trace = run_trace(network, random_picture(32, 32))
    found = list(depths(trace))
    result = lens(trace, found, (3, 0))
    y = network.norm(trace[result.depths[-1]])[0]  # (N, D)
    first = int(own_reading(trace))
    with torch.no_grad():
        np.testing.assert_allclose(result.logits[-1, first + 1], network.head_dist(y[1])[[3, 0]], atol=1e-5)
        np.testing.assert_allclose(result.logits[-1, first], network.head(y[0])[[3, 0]], atol=1e-5)
        best = network.head_dist(y[1])
    assert found[-1].best[first + 1] == int(best.argmax())
    assert open_reading(trace, result.depths[-1], 1, 3).logit == pytest.approx(best[3].item(), abs=1e-5)

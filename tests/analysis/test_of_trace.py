"""The short names of a notebook give what the topics' modules give."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vitviz
from tests.tracing.conftest import Subject, make
from vitviz.analysis.attention.rows import block_rows
from vitviz.analysis.loss.autograd import torch_loss


def test_every_name_is_there() -> None:
    assert dir(vitviz.analysis) == sorted(vitviz.analysis.__all__)
    assert all(callable(getattr(vitviz.analysis, name)) for name in vitviz.analysis.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        vitviz.analysis.nothing  # noqa: B018


def test_head_figures(either: Subject) -> None:
    trace = either.trace()
    rows = vitviz.analysis.head_figures(trace)
    assert len(rows) == sum(block.num_heads for block in trace.blocks)
    for row in rows:
        block = next(block for block in trace.blocks if block.name == row.block)
        assert row.entropy == block_rows(block).entropy[row.head]
        assert row.distance == block_rows(block).distance[row.head]


def test_attribution_adds_up(either: Subject) -> None:
    trace = either.trace()
    found = vitviz.analysis.logit_attribution(trace)
    for target in range(5):
        assert found.total(target) == pytest.approx(float(trace.logits[target]), abs=1e-4)


def test_the_lens_ends_in_the_logits(either: Subject) -> None:
    trace = either.trace()
    found = vitviz.analysis.logit_lens(trace, classes=[3, 1])
    assert found.classes == (3, 1)
    np.testing.assert_allclose(found.logits[-1, 0], trace.logits[[3, 1]].numpy(), atol=1e-5)
    assert len(vitviz.analysis.logit_lens(trace).classes) == 5


def test_rollout_and_its_refusal() -> None:
    rolled = vitviz.analysis.rollout(make("ViT").trace())
    torch.testing.assert_close(rolled.sum(dim=1), torch.ones(len(rolled)))
    with pytest.raises(ValueError, match="not a Swin"):
        vitviz.analysis.rollout(make("Swin").trace())


def test_saliency_is_the_gradient_of_the_loss(either: Subject) -> None:
    trace = either.trace()
    image = either.image.clone().requires_grad_()
    torch.nn.functional.cross_entropy(either.network(image), torch.tensor([2])).backward()
    assert image.grad is not None
    found = vitviz.analysis.saliency(trace, target=2)
    assert np.square(found.pixel_length).sum() == pytest.approx(float(image.grad.square().sum()), rel=1e-4)
    assert torch_loss(trace.logits, 2).loss > 0


@pytest.fixture(params=["ViT", "Swin, padded"])
def either(request: pytest.FixtureRequest) -> Subject:
    return make(request.param)

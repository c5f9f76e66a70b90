"""Gradients of a differentiable run, against torch's autograd on the same network without any trace."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import vitviz
from tests.conftest import random_picture
from tests.tracing.conftest import SUBJECTS, Subject, make
from vitviz.probe import Chain
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.edits import zero_head
from vitviz.tracing.interventions import Edit, Record
from vitviz.tracing.trace import Trace, run_on

EVERY = pytest.mark.parametrize("name", SUBJECTS)
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
# The direction of a key of length 0, which padding is, changes without end.
STEEP = {"rtol": 1e-3, "atol": 1e-5}


def differentiable(subject: Subject) -> Trace:
    return run_on(Trace, subject.network, subject.image, grad=True)


@EVERY
def test_a_differentiable_run_computes_the_same(name: str) -> None:
    subject = make(name)
    run, everything = differentiable(subject), subject.everything()
    assert run.names() == subject.trace().names()
    for tensor in run:
        torch.testing.assert_close(run[tensor], everything[tensor], rtol=0, atol=1e-6)


@EVERY
def test_gradients_are_those_of_autograd(name: str) -> None:
    """Each name apart: what autograd gives when a zero tensor is added at that place and the model runs plainly."""
    subject = make(name)
    run = differentiable(subject)
    for tensor in run:
        extra = torch.zeros_like(run[tensor], requires_grad=True)
        record = Record(lambda other, name=tensor: other == name)
        with torch.enable_grad():
            logits = subject.network(subject.image, Chain((Edit({tensor: lambda x, e=extra: x + e}), record)))
        (expected,) = torch.autograd.grad(logits[0, 3], [extra])
        torch.testing.assert_close(
            run.gradient(tensor, of=run.logits[3]), expected, **CLOSE if "v2" not in name else STEEP
        )


def test_the_gradient_of_the_pixels_is_that_of_the_plain_model(either: Subject) -> None:
    image = either.image.clone().requires_grad_()
    (expected,) = torch.autograd.grad(either.network(image)[0, 1], [image])
    run = differentiable(either)
    torch.testing.assert_close(run.gradient("image", of=run.logits[1]), expected, **CLOSE)


def test_of_may_be_any_number_of_the_run(either: Subject) -> None:
    run = differentiable(either)
    first, last = run.blocks[0], run.blocks[-1]
    length = first["resid_post"].norm()
    expected = first["resid_post"].detach() / length.detach()
    torch.testing.assert_close(run.gradient(f"{first.name}.resid_post", of=length), expected)
    later = run.gradient(f"{last.name}.mlp_post", of=length)
    assert later.shape == last["mlp_post"].shape
    assert not later.any()


def test_an_edit_is_part_of_the_gradient() -> None:
    subject = make("ViT")
    run = run_on(Trace, subject.network, subject.image, intervention=zero_head(1, 0), grad=True)
    gradient = run.gradient("blocks.1.v", of=run.logits[0])
    assert not gradient[:, 0].any()
    assert gradient[:, 1].any()


@pytest.mark.parametrize("name", ["ViT", "Swin, padded"])
def test_a_picture_of_a_batch_has_its_part(name: str) -> None:
    subject = make(name)
    _, size = SUBJECTS[name]
    images = torch.cat([subject.image, random_picture(*size, seed=7)])
    batch = run_on(TraceBatch, subject.network, images, grad=True)
    block = batch.picture(1).blocks[1].name
    alone = run_on(Trace, subject.network, images[1:], grad=True)
    for tensor in (f"{block}.pattern", f"{block}.resid_pre", "image"):
        expected = alone.gradient(tensor, of=alone.logits[2])
        picture = batch.picture(1)
        torch.testing.assert_close(picture.gradient(tensor, of=picture.logits[2]), expected, **CLOSE)
        assert not batch.picture(0).gradient(tensor, of=picture.logits[2]).any()


def no_number(run: Trace) -> Tensor:
    return run.logits


def no_graph(run: Trace) -> Tensor:
    return torch.tensor(1.0)


def of_another_run(run: Trace) -> Tensor:
    return differentiable(make("ViT")).logits[0]


@pytest.mark.parametrize(
    ("make_number", "sentence"),
    [
        (no_number, "asked of one number"),
        (no_graph, "not computed from this"),
        (of_another_run, "not computed"),
    ],
)
def test_what_has_no_gradient_is_refused(make_number: object, sentence: str) -> None:
    run = differentiable(make("ViT"))
    assert callable(make_number)
    with pytest.raises(ValueError, match=sentence):
        run.gradient("blocks.0.z", of=make_number(run))
    with pytest.raises(KeyError, match="makes no tensor"):
        run.gradient("blocks.0.nothing", of=run.logits[0])


def test_a_plain_run_has_none(either: Subject) -> None:
    trace = either.trace()
    with pytest.raises(RuntimeError, match="grad=True"):
        trace.gradient("image", of=trace.logits[0])


def test_the_shared_model_gets_no_gradient() -> None:
    model = vitviz.load_model("vit-test")
    run = vitviz.trace(model, random_picture(32, 32), grad=True)
    run.logits[0, 0].backward()  # what a person may do with the graph by hand
    assert all(p.grad is None and not p.requires_grad for p in model.network.parameters())

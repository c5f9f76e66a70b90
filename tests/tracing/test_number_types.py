"""Runs in other number types, against float32; and what is done to the model for it: nothing."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch
from torch import nn

import vitviz
from tests.conftest import random_picture
from tests.tracing.conftest import SUBJECTS, Subject, make
from vitviz.tracing import copies
from vitviz.tracing.copies import network_on
from vitviz.tracing.trace import run_trace

# Largest |difference| from the float32 run, as a share of the largest value: two steps of the type for every layer
# that the numbers went through (a step is 2^-8 for bfloat16, 2^-11 for float16).
TOLERANCE = {"bfloat16": 0.06, "float16": 0.008}
TYPES = pytest.mark.parametrize("dtype", TOLERANCE)


@TYPES
@pytest.mark.parametrize("name", SUBJECTS)
def test_a_short_type_is_near_float32(name: str, dtype: str) -> None:
    subject = make(name)
    wide = subject.trace()
    network = network_on(subject.network, dtype=dtype)
    short = run_trace(network, subject.image.to(copies.DTYPES[dtype]))
    for tensor in ("full_embed", "pooled", "logits", *(f"{b.name}.resid_post" for b in wide.blocks)):
        assert short[tensor].dtype is copies.DTYPES[dtype]
        gap = (short[tensor].float() - wide[tensor]).abs().max()
        assert gap <= TOLERANCE[dtype] * wide[tensor].abs().max(), tensor
    for mine, other in zip(short.blocks, wide.blocks, strict=True):
        assert (mine.pattern().float() - other.pattern()).abs().max() <= TOLERANCE[dtype]


@TYPES
def test_the_model_stays_as_it_is(dtype: str) -> None:
    model = vitviz.load_model("vit-test")
    before = {name: tensor.clone() for name, tensor in model.network.state_dict().items()}
    logits = vitviz.trace(model, random_picture(32, 32)).logits
    trace = vitviz.trace(model, random_picture(32, 32), dtype=dtype)
    assert trace.network is not model.network
    assert trace.logits.dtype is copies.DTYPES[dtype]
    after = model.network.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert torch.equal(vitviz.trace(model, random_picture(32, 32)).logits, logits)


def test_a_copy_is_kept_until_the_weights_change() -> None:
    network = make("ViT").network
    first = network_on(network, dtype="bfloat16")
    assert network_on(network, "cpu", torch.bfloat16) is first
    assert network_on(network, dtype="float32") is network
    assert network_on(network) is network
    assert network_on(network, dtype="float16") is not first
    with torch.no_grad():
        network.get_parameter("head.weight").mul_(2)
    second = network_on(network, dtype="bfloat16")
    assert second is not first
    assert torch.equal(second.head.weight, network.head.weight.bfloat16())


def test_a_copy_goes_with_its_model() -> None:
    network = make("ViT").network
    copy = weakref.ref(network_on(network, dtype="bfloat16"))
    assert copy() is not None
    del network
    gc.collect()
    assert copy() is None


class Shared(nn.Module):
    """One weight under two names, and a buffer of whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(2, 2)
        self.other = self.one
        self.register_buffer("index", torch.arange(3))


def test_a_copy_has_the_structure_of_the_model() -> None:
    module = Shared().requires_grad_(False)
    copy = network_on(module, dtype="float16")
    assert copy.other is copy.one
    assert not copy.one.weight.requires_grad
    assert copy.get_buffer("index").dtype is torch.int64


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"dtype": "int8"}, "a dtype is one of float32, bfloat16, float16, not 'int8'"),
        ({"dtype": torch.float64}, "not 'float64'"),
        ({"device": "gpu"}, "a device is cpu, cuda, cuda:1 or mps, not 'gpu'"),
        ({"device": "meta"}, "not 'meta'"),
        ({"device": "cuda:99"}, "torch finds no cuda:99 on this machine"),
    ],
)
def test_what_is_not_there_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        vitviz.trace(vitviz.load_model("vit-test"), random_picture(32, 32), **options)


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_run_on_a_device(kind: str, either: Subject) -> None:
    """Where this machine has the device, its numbers; where it has not, the sentence."""
    there = torch.cuda.is_available() if kind == "cuda" else torch.backends.mps.is_available()
    if not there:
        with pytest.raises(ValueError, match=f"torch finds no {kind} on this machine"):
            network_on(either.network, kind)
        return
    run = run_trace(network_on(either.network, kind), either.image.to(kind))
    assert run.logits.device.type == kind
    torch.testing.assert_close(run.logits.cpu(), either.trace().logits, rtol=1e-3, atol=1e-3)

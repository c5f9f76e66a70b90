"""A trace is a mapping from names to tensors."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch

from tests.tracing.conftest import Subject, make
from vitviz.tracing.edits import zero_head
from vitviz.tracing.interventions import Record
from vitviz.tracing.trace import Trace


def test_it_holds_what_an_explicit_run_makes_in_the_same_order(subject: Subject) -> None:
    trace, everything = subject.trace(), subject.everything()
    assert isinstance(trace, Mapping)
    assert list(trace) == list(trace.keys()) == trace.names() == list(everything)
    assert len(trace) == len(everything)
    for (name, tensor), (other, expected) in zip(trace.items(), everything.items(), strict=True):
        assert name == other
        torch.testing.assert_close(tensor.reshape(expected.shape), expected, rtol=0, atol=2e-5)
    for tensor, expected in zip(trace.values(), everything.values(), strict=True):
        assert tensor.numel() == expected.numel()


def test_names_are_asked_for_without_running_anything(
    either: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = either.trace()

    def refuse(*_: object) -> None:
        raise AssertionError("a segment was run")

    monkeypatch.setattr(Trace, "run_again", refuse)
    pattern = f"{trace.blocks[0].name}.pattern"
    assert pattern in trace
    assert "image" in trace
    assert "blocks.77.q" not in trace
    assert 7 not in trace
    assert trace.get("blocks.77.q") is None
    assert pattern in list(trace)
    assert len(trace) > 20
    assert repr(trace)
    with pytest.raises(AssertionError, match="was run"):
        trace[pattern]


def test_two_traces_are_equal_only_if_they_are_one(either: Subject) -> None:
    one, other = either.trace(), either.trace()
    assert one == one
    assert one != other
    assert len({one, other, one}) == 2
    assert one


def test_its_repr_is_one_short_line() -> None:
    subject = make("ViT with registers, at another size")
    trace = subject.trace()
    count, held = len(subject.everything()), trace.nbytes / 2**20
    assert (
        repr(trace) == f"<Trace of VisionTransformer: picture 24 x 40, {count} tensors, {held:.1f} MiB held>"
    )
    assert repr(subject.trace(zero_head(1, 0))).endswith(" MiB held, Edit(blocks.1.z)>")
    assert repr(subject.trace(Record())).endswith(" MiB held, Record>")

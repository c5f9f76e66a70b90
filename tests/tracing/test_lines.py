"""Source lines and the tensors that they made."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.conftest import random_picture
from tests.tracing.conftest import SUBJECTS, Subject, make
from vitviz import models
from vitviz.probe import Chain
from vitviz.tracing.interventions import Edit, Record
from vitviz.tracing.lines import Call, Lines
from vitviz.tracing.trace import Trace, run_trace

FOLDER = Path(models.__file__).parent
# What stands in the source where torch calls the operation by a word, or where a layer is called through its module.
SIGNS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "matmul": "@",
    "getitem": "[",
    "neg": "-",
    "rpow": "**",
    "ge": ">=",
    "ne": "!=",
    "linear": "self.",
    "conv2d": "self.proj(",
    "gelu": "self.act(",
    "relu": "self.cpb_mlp(",
    "PatchEmbed.forward": "self.patch_embed(",
    "LayerNorm.forward": "norm",
    "Attention.forward": "self.attn(",
    "CosineAttention.forward": "self.attn(",
    "LayerScale.forward": "self.ls",
    "QuickGELU.forward": "self.act(",
    "Mlp.forward": "self.mlp(",
}


def line_of(call: Call) -> str:
    return linecache.getline(str(FOLDER / call.file), call.line)


def explicit(trace: Trace) -> list[tuple[str, Call]]:
    """Every call of every segment's explicit run, with the segment's name."""
    return [(segment.name, call) for segment in trace.segments for call in trace.lines(segment).calls]


def assert_the_line_says_it(call: Call) -> None:
    line = line_of(call)
    if call.name is not None:
        assert f'probe("{call.name.rsplit(".", 1)[-1]}"' in line, (call, line)
    if call.operation:
        word = call.operation.rpartition(".")[-1]
        assert SIGNS.get(call.operation, f"{word}(") in line, (call, line)
    assert call.name or call.operation


def test_every_call_stands_on_its_line(subject: Subject) -> None:
    """The line of the source holds the operation, and the name where there is one."""
    trace = subject.trace()
    calls = [*trace.calls, *(call for _, call in explicit(trace))]
    assert len(calls) > 100
    for call in calls:
        assert_the_line_says_it(call)


def test_names_of_the_calls_are_the_names_of_the_trace(subject: Subject) -> None:
    """All of them in the explicit run, in order; in the fused run those that it makes."""
    trace = subject.trace()
    assert [call.name for _, call in explicit(trace) if call.name] == trace.names()
    fused = [call.name for call in trace.calls if call.name]
    never = (".pattern", ".attn_scores", ".mean", ".scale", ".normalized")
    assert fused == [name for name in trace.names() if not name.endswith(never)]


def test_shapes_of_the_calls_are_those_of_the_tensors(subject: Subject) -> None:
    trace = subject.trace()
    for call in [*trace.calls, *(call for _, call in explicit(trace))]:
        if call.name:
            tensor = trace[call.name]
            assert call.shape == tuple(tensor.shape)
            assert call.dtype == str(tensor.dtype).removeprefix("torch.") == "float32"
            assert call.nbytes == tensor.nbytes


def test_operations_in_order() -> None:
    """The attention of one block, by hand."""
    trace = make("ViT").trace()
    calls = trace.lines(trace.segment("blocks.1")).calls
    inside = [(c.operation, c.name) for c in calls if c.function in ("Attention.forward", "attention_scores")]
    assert inside == [
        ("linear", "blocks.1.qkv"),
        ("unflatten", None),
        ("permute", None),
        ("unbind", None),
        ("", "blocks.1.q"),
        ("", "blocks.1.k"),
        ("", "blocks.1.v"),
        ("mul", None),
        ("transpose", None),
        ("matmul", None),
        ("attention_scores", "blocks.1.attn_scores"),
        ("softmax", "blocks.1.pattern"),
        ("matmul", None),
        ("", "blocks.1.z"),
        ("transpose", None),
        ("flatten", "blocks.1.z_merged"),
        ("linear", None),
    ]
    assert [c.index for c in calls] == list(range(len(calls)))
    unbound = next(c for c in calls if c.operation == "unbind")
    assert unbound.shape == (1, 2, 17, 8)
    assert unbound.nbytes == 4 * 2 * 17 * 8
    assert [c.shape for c in calls if c.function == "attention_scores"] == [
        (1, 2, 17, 8),
        (1, 2, 8, 17),
        (1, 2, 17, 17),
    ]


def test_a_fused_run_shows_the_fused_kernel() -> None:
    trace = make("Swin, padded").trace()
    count = [call.operation for call in trace.calls].count("scaled_dot_product_attention")
    assert count == len(trace.blocks)
    assert not any(call.operation == "softmax" for call in trace.calls)


def test_any_call_can_be_captured(either: Subject) -> None:
    """Its very tensor: the named ones equal the trace's, the others what the next lines make of them."""
    trace = either.trace()
    for segment in (*trace.segments[:3], trace.segments[-1]):
        for call in trace.lines(segment).calls:
            captured = trace.lines(segment, capture=call.index).captured
            assert captured is not None
            assert tuple(captured.shape) == call.shape
            assert str(captured.dtype) == f"torch.{call.dtype}"
            if call.name:
                torch.testing.assert_close(captured, trace[call.name], rtol=0, atol=1e-5)


def test_a_captured_call_without_a_name_is_the_one_on_that_line() -> None:
    """k is transposed, and before that q is scaled; captured one at a time and compared to the last bit."""
    trace = make("ViT").trace()
    segment = trace.segment("blocks.0")
    calls = trace.lines(segment).calls

    def capture(index: int) -> Tensor:
        captured = trace.lines(segment, capture=index).captured
        assert captured is not None
        return captured

    q, k = (next(c.index for c in calls if c.name == f"blocks.0.{name}") for name in "qk")
    scaled = next(c.index for c in calls if c.function == "attention_scores")
    assert torch.equal(capture(scaled), capture(q) * 8**-0.5)
    assert torch.equal(capture(scaled + 1), capture(k).transpose(-2, -1))
    assert torch.equal(capture(scaled + 2), capture(scaled) @ capture(scaled + 1))


def test_capturing_a_call_that_is_not_there_gives_nothing() -> None:
    trace = make("ViT").trace()
    assert trace.lines(trace.segments[0], capture=10_000).captured is None
    assert trace.lines(trace.segments[0]).captured is None


def test_the_sources_are_the_files(subject: Subject) -> None:
    """Every call lies in a function whose source is given, and that source is what the file says there."""
    trace = subject.trace()
    for segment in trace.segments:
        lines = trace.lines(segment)
        found = {(source.file, source.function): source for source in lines.functions}
        assert len(found) == len(lines.functions)
        for source in lines.functions:
            text = (FOLDER / source.file).read_text(encoding="utf-8").splitlines()
            assert source.lines == tuple(text[source.first_line - 1 :][: len(source.lines)])
            assert source.lines[0].lstrip().startswith(("def ", "@"))
        for call in lines.calls:
            source = found[call.file, call.function]
            assert source.first_line <= call.line < source.first_line + len(source.lines)


def test_only_the_models_own_calls_are_noted(either: Subject) -> None:
    """Not what happens around a run, and not what a probe computes while it goes on."""
    plain = Lines()
    with plain:
        torch.ones(3) + 1
        either.network(either.image, plain)
        torch.ones(3) * 2
    edited = Lines()
    name = f"{either.network.steps()[1][0]}.resid_mid"
    with edited:
        either.network(either.image, Chain((Edit({name: lambda x: x.clone().mul(2).sub(1)}), edited)))
    rows = [[(c.file, c.line, c.operation) for c in lines.calls] for lines in (plain, edited)]
    assert all(c.file in {path.name for path in FOLDER.glob("*.py")} for c in plain.calls)
    # The edited tensor is not what the line made, so its naming is a row of its own.
    at = next(c.index for c in edited.calls if c.name == name)
    assert edited.calls[at].operation == ""
    assert rows[1][:at] + rows[1][at + 1 :] == rows[0]


def test_noting_changes_nothing_and_holds_nothing(either: Subject) -> None:
    lines = Lines(everything=False)
    with torch.no_grad(), lines:
        scores = either.network(either.image, lines)
    assert torch.equal(scores, either.logits())
    assert not any(isinstance(value, Tensor) for value in vars(lines).values())
    assert not any(isinstance(part, Tensor) for row in lines._rows for part in row)
    assert lines._last == ()


def test_what_a_probe_does_is_not_noted_in_an_explicit_run_either() -> None:
    """Only the name gets a row of its own, because the line did not make what goes on."""
    edit = Edit({"layers.0.blocks.1.resid_mid": lambda x: x.flip(1).mul(2)})
    plain, edited = make("Swin, padded").trace(), make("Swin, padded").trace(edit)
    rows = [
        [(c.file, c.line, c.operation) for c in trace.lines(trace.segment("layers.0.blocks.1")).calls]
        for trace in (plain, edited)
    ]
    added = [row for row in rows[1] if row not in rows[0]]
    assert len(rows[1]) == len(rows[0]) + 1
    assert [operation for _, _, operation in added] == [""]


@pytest.mark.parametrize("everything", [False, True])
def test_nothing_watches_on_after_a_run_that_failed(everything: bool) -> None:
    subject, before = make("ViT"), sys.getprofile()
    lines = Lines(everything=everything)
    with pytest.raises(ValueError, match="multiples of 8"), lines:
        subject.network(random_picture(31, 32), lines)
    assert sys.getprofile() is before
    count = len(lines.calls)
    subject.logits()
    assert len(lines.calls) == count
    assert not any(isinstance(value, Tensor) for value in vars(lines).values())


def test_no_two_calls_of_a_run_share_a_name(subject: Subject) -> None:
    names = [call.name for call in subject.trace().calls if call.name]
    assert len(names) == len(set(names))


def differences(trace: Trace, expected: dict[str, Tensor], calls: Iterable[Call]) -> list[str]:
    """Names whose tensors differ in any bit, and ``calls`` if the calls do."""
    wrong = [name for name, tensor in expected.items() if not torch.equal(trace[name], tensor)]
    return wrong + ["calls"] * (trace.calls != tuple(calls))


@pytest.mark.parametrize("name", ["ViT", "Swin, padded"])
def test_two_threads_through_one_model_never_mix(name: str) -> None:
    """Two different pictures of different sizes, many times at once: every bit is that of a run alone."""
    network, (_, size) = make(name).network, SUBJECTS[name]
    images = [random_picture(*size, seed=5), random_picture(size[0] + 16, size[1] + 8, seed=6)]
    alone = []
    for image in images:
        trace = run_trace(network, image)
        alone.append(({name: trace[name].clone() for name in trace.names()}, trace.calls))

    def go(turn: int) -> list[str]:
        image, (expected, calls) = images[turn % 2], alone[turn % 2]
        return differences(run_trace(network, image), expected, calls)

    with ThreadPoolExecutor(2) as pool:
        assert not [wrong for wrongs in pool.map(go, range(24)) for wrong in wrongs]


def test_two_threads_with_different_interventions(either: Subject) -> None:
    """One ablates, the other only looks; and a third records everything."""
    name = f"{either.network.steps()[1][0]}.z"
    edit = Edit({name: torch.zeros_like})
    ablated, plain = either.trace(edit).kept["logits"], either.trace().kept["logits"]
    everything = either.everything()
    assert not torch.equal(ablated, plain)

    def go(turn: int) -> bool:
        if turn % 3 == 0:
            return torch.equal(either.trace(edit).kept["logits"], ablated)
        if turn % 3 == 1:
            return torch.equal(either.trace().kept["logits"], plain)
        record = Record()
        with torch.no_grad():
            either.network(either.image, record)
        return all(torch.equal(tensor, everything[name]) for name, tensor in record.tensors.items())

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(go, range(36)))

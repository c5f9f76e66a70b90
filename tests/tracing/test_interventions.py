"""Changing a run, and asking how its scores depend on what it computed."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.conftest import random_picture
from tests.tracing.conftest import Subject, make
from vitviz.probe import Chain
from vitviz.tracing.interventions import Edit, Except, Gradients, Record
from vitviz.tracing.swin_blocks import SwinBlockTrace

CLOSE = {"rtol": 0.0, "atol": 1e-5}


def without_head(head: int) -> Callable[[Tensor], Tensor]:
    """Zero in place of what one head says; z is (B, H, N, d)."""

    def edit(z: Tensor) -> Tensor:
        z = z.clone()
        z[:, head] = 0
        return z

    return edit


def attention(network: nn.Module, step: str) -> nn.Module:
    return network.get_submodule(f"{step}.attn")


@pytest.mark.parametrize("head", [0, 1])
def test_ablating_a_head_is_cutting_its_columns_out(subject: Subject, head: int) -> None:
    """Of the projection's weight, by hand, in a copy of the model."""
    for block in subject.trace().blocks:
        cut = copy.deepcopy(subject.network)
        module = attention(cut, block.name)
        dim = module.proj.weight.shape[1] // module.num_heads
        with torch.no_grad():
            module.proj.weight[:, head * dim : (head + 1) * dim] = 0
            expected = cut(subject.image)
        ablated = subject.trace(Edit({f"{block.name}.z": without_head(head)}))
        torch.testing.assert_close(ablated.kept["logits"], expected, **CLOSE)
        assert (expected - subject.logits()).abs().max() > 1e-4


def test_an_even_pattern_makes_every_query_read_the_mean(either: Subject) -> None:
    name = either.trace().blocks[1].name
    trace = either.trace(Edit({f"{name}.pattern": lambda p: torch.full_like(p, 1 / p.shape[-1])}))
    block = trace.blocks[1]
    mean = block["v"].mean(dim=2, keepdim=True).expand_as(block["v"])
    torch.testing.assert_close(block["z"], mean, **CLOSE)
    assert torch.equal(block.pattern(), torch.full_like(block.pattern(), 1 / block["v"].shape[2]))
    assert (trace.logits - either.logits()[0]).abs().max() > 1e-4


@pytest.mark.parametrize("which", ["ViT", "ViT with registers, at another size", "Swin, padded"])
def test_an_edit_is_heard_whatever_its_name(which: str) -> None:
    """One edit at every name of the start, of two steps and of the end; what is derived holds it, and holds it once.

    What a trace derives is compared with an explicit run under the same edit, which never runs anything again. In
    float64, so that only a difference in kind can show.
    """
    subject = double(make(which))
    if which.startswith("Swin"):  # two windows of every kind are enough: maps 9 x 7 and 5 x 4
        subject = Subject(subject.network, random_picture(34, 26, seed=1).double())
    plain, trace = subject.everything(), subject.trace()
    steps = [name for name, _ in subject.network.steps()]
    segments = [trace.segment(name) for name in ("embed", *steps[1:3], "classify")]
    for name in (name for segment in segments for name in segment.names):
        edit = Edit({name: lambda x: x * 1.5 + 0.1})
        trace, expected = subject.trace(edit), subject.everything(edit)
        assert not same(expected[name], plain[name]), name
        for other, tensor in expected.items():
            assert same(trace[other], tensor), f"{other} with {name} edited"
        for block in trace.blocks:
            assert same(block.scores(), expected[f"{block.name}.attn_scores"]), (
                f"{block.name} with {name} edited"
            )
            assert same(block.pattern(), expected[f"{block.name}.pattern"]), (
                f"{block.name} with {name} edited"
            )
        for start in range(len(steps)):
            assert torch.equal(trace.replay(start), trace.kept["logits"]), name


def same(one: Tensor, other: Tensor) -> bool:
    """Equal but for rounding in float64."""
    return torch.allclose(one.reshape(other.shape), other, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("short", ["attn_scores", "pattern", "relative_position_bias", "attn_mask", "q"])
def test_slices_of_an_edited_swin_block(short: str) -> None:
    name = "layers.0.blocks.1"
    trace = make("Swin, padded").trace(Edit({f"{name}.{short}": lambda x: x * 0.5 + 0.01}))
    block = trace.blocks[1]
    assert isinstance(block, SwinBlockTrace)
    recorded = {ask: trace[f"{name}.{ask}"] for ask in ("attn_scores", "pattern")}
    for token in (0, 37, 153):
        window, place = block.place(token)
        for ask, one in (("attn_scores", block.scores), ("pattern", block.pattern)):
            torch.testing.assert_close(one(None, token), recorded[ask][window, :, place], **CLOSE)
            torch.testing.assert_close(one(1, token), recorded[ask][window, 1, place], **CLOSE)
            torch.testing.assert_close(one(1), recorded[ask][:, 1], **CLOSE)
        torch.testing.assert_close(
            block.window_pattern(window, 1, place), recorded["pattern"][window, 1, place], **CLOSE
        )


@pytest.mark.parametrize("short", ["attn_scores", "pattern", "q"])
def test_slices_of_an_edited_vit_block(short: str) -> None:
    trace = make("ViT").trace(Edit({f"blocks.1.{short}": lambda x: x * 0.5 + 0.01}))
    block = trace.blocks[1]
    for ask, one in (("attn_scores", block.scores), ("pattern", block.pattern)):
        recorded = trace[f"blocks.1.{ask}"][0]
        torch.testing.assert_close(one(1, 3), recorded[1, 3], **CLOSE)
        torch.testing.assert_close(one(1), recorded[1], **CLOSE)
        torch.testing.assert_close(one(None, 3), recorded[:, 3], **CLOSE)


def test_patching_one_run_into_another(either: Subject) -> None:
    """Every tensor of the second block's end, put into a run of another picture: its scores are the first one's."""
    name = f"{either.network.steps()[1][0]}.resid_post"
    donor = either.trace()[name]
    other = Subject(either.network, either.image.flip(-1))
    patched = other.trace(Edit({name: lambda x: donor}))
    torch.testing.assert_close(patched.kept["logits"], either.trace().kept["logits"], **CLOSE)
    assert not torch.allclose(other.trace().kept["logits"], patched.kept["logits"])


def test_an_edit_may_not_change_a_shape(either: Subject) -> None:
    name = f"{either.network.steps()[0][0]}.q"
    with pytest.raises(ValueError, match=rf"the edit of {name} returned .* for "):
        either.trace(Edit({name: lambda q: q[:, :1]}))


def test_an_edit_touches_only_its_names() -> None:
    edit, x = Edit({"a": lambda x: x + 1}), torch.zeros(2)
    assert edit("b", x) is x
    assert edit("a", x).tolist() == [1, 1]
    assert x.tolist() == [0, 0]
    assert edit.wants("a")
    assert not edit.wants("b")


def test_a_record_keeps_the_tensors_themselves_in_order() -> None:
    record, x, y = Record(lambda name: name != "no"), torch.zeros(1), torch.ones(1)
    assert record("x", x) is x
    assert record("no", x) is x
    assert record("y", y) is y
    assert list(record.tensors) == ["x", "y"]
    assert record.tensors["x"] is x
    assert record.wants("x")
    assert not record.wants("no")
    assert Record().tensors is not record.tensors


def test_except_hides_one_name() -> None:
    record = Record()
    hidden = Except(record, ("b",))
    for name in "abc":
        hidden(name, torch.zeros(1))
    assert list(record.tensors) == ["a", "c"]
    assert hidden.wants("a")
    assert not hidden.wants("b")
    edit = Except(Edit({"b": lambda x: x + 1}), ("b",))
    assert edit("b", torch.zeros(1)).item() == 0


def double(subject: Subject) -> Subject:
    """In float64, so that small differences are exact enough."""
    return Subject(copy.deepcopy(subject.network).double(), subject.image.double())


def gradients(subject: Subject, names: set[str], target: int = 2) -> dict[str, Tensor]:
    probe = Gradients(frozenset(names))
    return probe.of(subject.network(subject.image, probe)[0, target])


def test_gradients_equal_small_differences(either: Subject) -> None:
    """Of a class score, along a random direction, for tensors of every kind; the pattern among them."""
    subject = double(either)
    steps = [name for name, _ in subject.network.steps()]
    shorts = ("resid_pre", "ln1.out", "q", "k", "v", "pattern", "attn_scores", "z", "resid_mid", "mlp_post")
    names = {"image", "full_embed", "pooled"} | {f"{steps[1]}.{short}" for short in shorts}
    grads = gradients(subject, names)
    assert grads.keys() == names
    generator = torch.Generator().manual_seed(0)
    for name, grad in grads.items():
        direction = torch.randn(grad.shape, generator=generator, dtype=torch.double)
        step = 1e-5

        def score(sign: int, name: str = name, by: Tensor = direction * step) -> float:
            with torch.no_grad():
                return float(subject.network(subject.image, Edit({name: lambda x: x + sign * by}))[0, 2])

        slope = (score(1) - score(-1)) / (2 * step)
        assert float((grad * direction).sum()) == pytest.approx(slope, rel=1e-5, abs=1e-8), name
        assert grad.abs().max() > 0, name


def test_gradients_of_the_picture_equal_autograd(subject: Subject) -> None:
    image = subject.image.clone().requires_grad_()
    expected = torch.autograd.grad(subject.network(image)[0, 2], image)[0]
    torch.testing.assert_close(gradients(subject, {"image"})["image"], expected)


def test_gradients_of_several_names_are_those_of_each(either: Subject) -> None:
    subject = double(either)
    names = {
        f"{name}.{short}" for name, _ in subject.network.steps() for short in ("resid_pre", "resid_post")
    }
    together = gradients(subject, names)
    for name in names:
        torch.testing.assert_close(together[name], gradients(subject, {name})[name])


def test_the_gradient_of_a_pattern_is_that_of_z_by_v(either: Subject) -> None:
    """z = A v, so the gradient of A is the gradient of z times v, transposed; for every head."""
    subject = double(either)
    for name, module in subject.network.steps():
        if not hasattr(module, "attn"):
            continue
        grads = gradients(subject, {f"{name}.pattern", f"{name}.z", f"{name}.v"})
        record = Record(lambda other, name=name: other == f"{name}.v")
        with torch.no_grad():
            subject.network(subject.image, record)
        expected = grads[f"{name}.z"] @ record.tensors[f"{name}.v"].transpose(-2, -1)
        torch.testing.assert_close(grads[f"{name}.pattern"], expected)


def test_gradients_in_an_edited_run(either: Subject) -> None:
    """An edit before the tensor changes its gradient; one that cuts it off makes it zero."""
    first, second = (f"{name}.resid_post" for name, _ in either.network.steps()[:2])
    probe = Gradients(frozenset({first}))
    cut = Edit({second: torch.zeros_like})
    scores = either.network(either.image, Chain((probe, cut, Gradients(frozenset({second})))))
    assert not probe.of(scores[0, 0])[first].any()


def test_a_gradient_is_of_one_number(either: Subject) -> None:
    probe = Gradients(frozenset({"image"}))
    scores = either.network(either.image, probe)
    with pytest.raises(ValueError, match=r"asked of one number, not of shape \(1, 5\)"):
        probe.of(scores)


def test_gradients_leave_the_weights_alone(either: Subject) -> None:
    gradients(either, {"image"})
    assert all(parameter.grad is None for parameter in either.network.parameters())
    assert not any(parameter.requires_grad for parameter in either.network.parameters())


def test_an_edit_of_a_tensor_that_is_not_there_is_refused(subject: Subject) -> None:
    with pytest.raises(ValueError, match=r"no tensor called 'blocks\.99\.z'"):
        subject.trace(Edit({"blocks.99.z": torch.zeros_like}))

"""Sweeps against runs with one edit each, made one by one; tests/parity/test_interventions.py has timm with hooks."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from tests.conftest import random_picture
from tests.tracing.conftest import SUBJECTS, Subject, make
from vitviz.analysis.interventions import sweep as sweeps
from vitviz.analysis.interventions.sweep import Place, Sweep, head_sweep, mlp_sweep, patch_sweep
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.edits import zero_head
from vitviz.tracing.interventions import Change, Edit
from vitviz.tracing.replaced import replaced
from vitviz.tracing.trace import run_on, run_trace

HOWS = ["zero", "mean", "samples"]


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Each kind of network in turn."""
    return make(request.param)


def close(logits: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)


def finished(sweep: Sweep) -> Sweep:
    for _ in sweep.steps():
        pass
    assert sweep.finished
    assert not sweep.logits.isnan().any()
    return sweep


def others(subject: Subject) -> TraceBatch:
    height, width = subject.image.shape[-2:]
    pictures = torch.cat([random_picture(height, width, seed) for seed in (3, 4, 5)])
    return run_on(TraceBatch, subject.network, pictures)


def one_by_one(subject: Subject, name: str, changes: list[Change]) -> Tensor:
    """Class scores of runs with one change each of the tensor ``name``, (R, K)."""
    return torch.stack([subject.trace(Edit({name: change})).logits for change in changes])


def without_head(head: int, how: str, over: TraceBatch, name: str) -> Change:
    def change(z: Tensor) -> Tensor:
        z = z.clone()
        if how == "zero":
            z[:, head] = 0
        elif how == "mean":
            z[:, head] = z[:, head].mean(dim=1, keepdim=True)
        else:
            z[:, head] = over[name][:, head].mean(dim=(0, 1))
        return z

    return change


@pytest.mark.parametrize("how", HOWS)
def test_heads_are_the_runs_with_one_edit_each(subject: Subject, how: str) -> None:
    trace, over = subject.trace(), others(subject)
    sweep = finished(head_sweep(trace, how, over))  # type: ignore[arg-type]
    expected = []
    for block in trace.blocks:
        name = block.full_name("z")
        changes = [without_head(head, how, over, name) for head in range(block.num_heads)]
        expected.append(one_by_one(subject, name, changes))
    close(sweep.logits, torch.cat(expected))
    assert (sweep.logits - trace.logits).abs().max() > 1e-3
    heads = [block.num_heads for block in trace.blocks]
    assert sweep.places == tuple(Place(i, h) for i, count in enumerate(heads) for h in range(count))


@pytest.mark.parametrize("how", HOWS)
def test_mlps_are_the_runs_with_one_edit_each(subject: Subject, how: str) -> None:
    trace, over = subject.trace(), others(subject)
    sweep = finished(mlp_sweep(trace, how, over))  # type: ignore[arg-type]
    expected = []
    for block in trace.blocks:
        name = block.full_name("mlp_out")

        def change(x: Tensor, name: str = name) -> Tensor:
            every = tuple(range(x.ndim - 1))
            if how == "samples":
                return over[name].mean(dim=every).expand_as(x)
            return x.mean(dim=every).expand_as(x) if how == "mean" else torch.zeros_like(x)

        expected.append(one_by_one(subject, name, [change]))
    close(sweep.logits, torch.cat(expected))
    assert (sweep.logits - trace.logits).abs().max() > 1e-3


@pytest.mark.parametrize("how", ["mean", "blur", "other"])
@pytest.mark.parametrize("name", ["ViT", "ViT without a class token", "Swin"])
def test_patches_are_the_runs_on_changed_pictures(name: str, how: str) -> None:
    subject = make(name)
    trace, other = subject.trace(), random_picture(subject.image.shape[-2], subject.image.shape[-1], 8)
    sweep = finished(patch_sweep(trace, how, other, (4, 2)))  # type: ignore[arg-type]
    masks = torch.eye(8, dtype=torch.bool).view(8, 4, 2)
    pictures = replaced(subject.image, masks, how, other)  # type: ignore[arg-type]
    expected = torch.stack([run_trace(subject.network, one.unsqueeze(0)).logits for one in pictures])
    close(sweep.logits, expected)
    assert sweep.places[5] == Place(2, 1)


@pytest.mark.parametrize("name", [name for name in SUBJECTS if "ViT" in name])
def test_dropped_patches_are_runs_on_the_tokens_that_are_left(name: str) -> None:
    subject = make(name)
    assert isinstance(subject.network, VisionTransformer)
    trace = subject.trace()
    sweep = finished(patch_sweep(trace))
    x = trace["blocks.0.resid_pre"]
    for number in range(len(sweep.places)):
        token = subject.network.config.num_prefix + number
        left = torch.cat([x[:, :token], x[:, token + 1 :]], dim=1)
        expected = subject.network.classify(subject.network.encode(left))[0]
        close(sweep.logits[number], expected)


@pytest.mark.parametrize("largest", [1, 10**9])
def test_batches_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch, largest: int) -> None:
    subject = make("ViT with registers, at another size")
    trace = subject.trace()
    expected = [finished(sweep).logits for sweep in (head_sweep(trace), patch_sweep(trace))]
    monkeypatch.setattr(sweeps, "LARGEST_BATCH", largest)
    for sweep, logits in zip((head_sweep(trace), patch_sweep(trace)), expected, strict=True):
        close(finished(sweep).logits, logits)


def test_a_stopped_sweep_keeps_what_it_has_and_goes_on() -> None:
    subject = make("Swin, padded")
    sweep = head_sweep(subject.trace())
    assert next(sweep.steps()) == 2
    first = sweep.logits[:2].clone()
    assert not first.isnan().any()
    assert sweep.logits[2:].isnan().all()
    assert not sweep.finished
    steps = list(sweep.steps())
    assert steps[0] > 2
    assert all(a < b for a, b in pairwise(steps))
    assert sweep.finished
    assert torch.equal(sweep.logits[:2], first)
    assert list(sweep.steps()) == []


def test_changes_of_scores_and_probabilities() -> None:
    trace = make("ViT").trace()
    sweep = finished(head_sweep(trace))
    edited = make("ViT").trace(zero_head(1, 0))
    at = sweep.places.index(Place(1, 0))
    assert sweep.delta_logits(2)[at].item() == pytest.approx(
        (edited.logits - trace.logits)[2].item(), abs=1e-5
    )
    lead = (edited.logits[2] - edited.logits[4]) - (trace.logits[2] - trace.logits[4])
    assert sweep.delta_logits(2, 4)[at].item() == pytest.approx(lead.item(), abs=1e-5)
    change = edited.probabilities[2] - trace.probabilities[2]
    assert sweep.delta_probabilities(2)[at].item() == pytest.approx(change.item(), abs=1e-6)


def test_what_a_sweep_is_not_defined_for_is_refused() -> None:
    vit, swin = make("ViT"), make("Swin")
    with pytest.raises(ValueError, match="edited already"):
        head_sweep(vit.trace(zero_head(0, 0)))
    with pytest.raises(ValueError, match="needs over"):
        mlp_sweep(vit.trace(), "samples")
    with pytest.raises(ValueError, match="windows"):
        patch_sweep(swin.trace())
    with pytest.raises(ValueError, match="4 x 4, not 2 x 2"):
        patch_sweep(vit.trace(), grid=(2, 2))
    with pytest.raises(ValueError, match="do not divide"):
        patch_sweep(swin.trace(), "mean", grid=(5, 5))
    with pytest.raises(ValueError, match="the other picture"):
        patch_sweep(swin.trace(), "other")
    with pytest.raises(ValueError, match="2 pictures"):
        head_sweep(run_on(TraceBatch, vit.network, torch.cat([vit.image] * 2)))  # type: ignore[arg-type]

"""The gradient that goes back segment by segment is that of one backward pass through the whole network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.tracing.conftest import SUBJECTS, Subject, make
from vitviz.analysis.loss.saliency import (
    BackwardPass,
    backward,
    patch_lengths,
    patch_products,
    token_lengths,
    token_products,
)
from vitviz.probe import Chain
from vitviz.tracing.interventions import Edit, Gradients
from vitviz.tracing.trace import run_trace


def whole(subject: Subject, label: int, names: frozenset[str]) -> dict[str, torch.Tensor]:
    """torch's own backward pass, all at once."""
    kept = Gradients(names)
    with torch.enable_grad():
        logits = subject.network(subject.image.double(), kept)
        return kept.of(F.cross_entropy(logits, torch.tensor([label])))


@pytest.mark.parametrize("name", SUBJECTS)
def test_it_is_the_gradient_of_the_whole_network(name: str) -> None:
    subject = make(name)
    subject.network.double()
    trace = run_trace(subject.network, subject.image.double())
    names = frozenset({"image", "embed", *(f"{name}.resid_pre" for name, _ in subject.network.steps())})
    want = whole(subject, 2, names)
    gradient = trace.probabilities.clone()
    gradient[2] -= 1
    found = dict(backward(trace, gradient.unsqueeze(0)))
    assert list(found)[-2:] == ["embed", "image"]
    for key in names:
        torch.testing.assert_close(found[key], want[key], rtol=0, atol=1e-12)
        assert found[key].abs().max() > 0
    assert not any(parameter.requires_grad for parameter in subject.network.parameters())


def test_an_edited_run_sends_its_own_gradient_back() -> None:
    subject = make("ViT")
    subject.network.double()
    edit = Edit({"blocks.1.z": lambda z: z * 0.5})
    trace = run_trace(subject.network, subject.image.double(), intervention=edit)
    kept = Gradients(frozenset({"image"}))
    with torch.enable_grad():
        logits = subject.network(subject.image.double(), Chain((edit, kept)))
        want = kept.of(logits[0, 1])["image"]
    found = dict(backward(trace, torch.eye(5, dtype=torch.float64)[1:2]))
    torch.testing.assert_close(found["image"], want, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("height", "width"), [(8, 12), (7, 10)])
def test_maps_add_up_the_pixels_of_each_patch(height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(0)
    gradient, image = (torch.randn(1, 3, height, width, generator=generator).double() for _ in range(2))
    lengths, products = patch_lengths(gradient, 4), patch_products(gradient, image, 4)
    columns = -(-width // 4)
    assert len(lengths) == -(-height // 4) * columns
    for patch in range(len(lengths)):
        row, column = divmod(patch, columns)
        where = (0, slice(None), slice(4 * row, 4 * row + 4), slice(4 * column, 4 * column + 4))
        assert lengths[patch] == pytest.approx(gradient[where].norm().item())
        assert products[patch] == pytest.approx((gradient[where] * image[where]).sum().item())


def test_tokens_are_measured_one_by_one() -> None:
    generator = torch.Generator().manual_seed(0)
    gradient, x = (torch.randn(1, 2, 3, 5, generator=generator).double() for _ in range(2))
    flat, values = gradient.reshape(6, 5).numpy(), x.reshape(6, 5).numpy()
    np.testing.assert_allclose(token_lengths(gradient), np.linalg.norm(flat, axis=1))
    np.testing.assert_allclose(token_products(gradient, x), (flat * values).sum(axis=1))


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_watched_pass_ends_in_the_same_gradients(name: str) -> None:
    subject = make(name)
    trace = run_trace(subject.network, subject.image)
    work = BackwardPass(trace, 2)
    steps = list(work.steps())
    assert steps[-2:] == ["embed", "image"]
    assert len(steps) == len(trace.segments) + 1
    found = work.saliency()
    gradient = trace.probabilities.clone()
    gradient[2] -= 1
    want = dict(backward(trace, gradient.unsqueeze(0)))
    np.testing.assert_allclose(found.embed_length, token_lengths(want["embed"]), rtol=1e-4, atol=1e-7)
    pixels = patch_products(want["image"], trace["image"], trace.config.patch_size)
    np.testing.assert_allclose(found.pixel_product, pixels, rtol=1e-4, atol=1e-6)
    assert [depth.name for depth in found.depths] == list(reversed(list(want)))[2:]
    for depth in found.depths:
        np.testing.assert_allclose(depth.lengths, token_lengths(want[depth.name]), rtol=1e-4, atol=1e-7)
        prefix = len(depth.lengths) - depth.grid[0] * depth.grid[1]
        assert prefix == getattr(trace.config, "num_prefix", 0)

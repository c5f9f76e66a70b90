"""Grad-CAM, gradient x input, integrated gradients, occlusion and direct logits, each computed a second way."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.analysis.class_maps.subjects import CONFIGS, traced, whole_gradients
from vitviz.analysis import logit_attribution
from vitviz.analysis.attribution.logit_attribution import head_sources, readers
from vitviz.analysis.class_maps import (
    direct_logit,
    grad_cam,
    gradient_x_input,
    integrated_gradients,
    occlusion,
)
from vitviz.analysis.class_maps.class_map import ClassMap
from vitviz.analysis.class_maps.methods import METHODS, class_map
from vitviz.analysis.class_maps.reasons import REASONS
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.edits import zero_head
from vitviz.tracing.trace import Trace, run_on, run_trace

CLASSIFIERS = [name for name, config in CONFIGS.items() if config.num_classes]


def per_patch(values: Tensor, size: int, grid: tuple[int, int]) -> np.ndarray:
    """Sums of (C, H, W) over the patches, one pixel after another."""
    result = np.zeros(grid)
    for row in range(values.shape[1]):
        for column in range(values.shape[2]):
            result[row // size, column // size] += float(values[:, row, column].sum())
    return result


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_gradient_x_input(name: str) -> None:
    trace = traced(name)
    image = trace["image"].clone().requires_grad_()
    logits = trace.network(image)[0]
    (gradient,) = torch.autograd.grad(logits[3] - logits[1], [image])
    want = per_patch((gradient * image.detach())[0], trace.config.patch_size, trace.patch_grid)
    found = gradient_x_input.attribute(trace, 3, 1)
    np.testing.assert_allclose(found.values, want, rtol=1e-8, atol=1e-12)
    assert found.signed
    assert found.figures["sum"] == pytest.approx(want.sum())
    assert found.figures["score"] == pytest.approx((logits[3] - logits[1]).item())


def test_gradient_x_input_at_the_embeddings() -> None:
    trace = traced("registers")
    found = whole_gradients(trace, ["embed"], 3).tensors
    want = (found["embed"] * found["embed.gradient"])[0].sum(dim=-1).detach().numpy()
    np.testing.assert_allclose(
        gradient_x_input.attribute(trace, 3, at="embed").values.ravel(), want, rtol=1e-8
    )
    with pytest.raises(ValueError, match="'image' or the patch embeddings"):
        gradient_x_input.attribute(trace, 3, at="tokens")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["ViT", "Swin", "Swin v2", "rotary", "mean"])
def test_integrated_gradients_are_complete(name: str) -> None:
    trace = traced(name)
    found = integrated_gradients.attribute(trace, 3, 1, steps=200, at_once=40)
    scores = trace.network(torch.zeros_like(trace["image"]))[0]
    start = float(scores[3] - scores[1])
    whole = float(trace.logits[3] - trace.logits[1])
    assert found.figures["score_of_baseline"] == pytest.approx(start)
    assert found.values.sum() + found.figures["gap"] == pytest.approx(whole - start)
    few = integrated_gradients.attribute(trace, 3, 1, steps=3)
    assert abs(found.figures["gap"]) < 0.02 * max(abs(whole - start), abs(few.figures["gap"]))


def test_integrated_gradients_is_the_weighted_sum_of_gradients() -> None:
    """Two Gauss-Legendre points on paper: (1 -+ 1/sqrt 3) / 2, a half each."""
    trace = traced("ViT")
    image = trace["image"]
    start = torch.full_like(image, 0.3)
    total = torch.zeros_like(image)
    for place in ((1 - 3**-0.5) / 2, (1 + 3**-0.5) / 2):
        x = (start + place * (image - start)).requires_grad_()
        (gradient,) = torch.autograd.grad(trace.network(x)[0, 2], [x])
        total += gradient / 2
    want = per_patch((total * (image - start))[0], 8, trace.patch_grid)
    for baseline in (0.3, torch.full((1, 3, 1, 1), 0.3)):
        for at_once in (1, 2):
            found = integrated_gradients.attribute(trace, 2, baseline=baseline, steps=2, at_once=at_once)
            # float32's 0.3 is not float64's
            np.testing.assert_allclose(found.values, want, rtol=1e-5, atol=1e-7)
    with pytest.raises(ValueError, match="a baseline is a number or pixels"):
        integrated_gradients.attribute(trace, 2, baseline=torch.zeros(2, 3, 5, 5))
    with pytest.raises(ValueError, match="at least one step"):
        integrated_gradients.attribute(trace, 2, steps=0)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_grad_cam(name: str) -> None:
    trace = traced(name)
    layer = grad_cam.layer_name(trace)
    found = whole_gradients(trace, [layer], 3, 1).tensors
    x, gradient = found[layer].detach(), found[f"{layer}.gradient"]
    if x.ndim == 3:
        first = trace.config.num_prefix
        x, gradient = (
            x[:, first:].unflatten(1, trace.patch_grid),
            gradient[:, first:].unflatten(1, trace.patch_grid),
        )
    want = (x[0] * gradient[0].mean(dim=(0, 1))).sum(dim=-1).numpy()
    signed = grad_cam.attribute(trace, 3, 1, relu=False)
    np.testing.assert_allclose(signed.values, want, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(grad_cam.attribute(trace, 3, 1).values, want.clip(0), rtol=1e-8, atol=1e-12)
    assert np.ptp(want) > 0
    assert signed.signed


@pytest.mark.parametrize("name", ["Swin", "Swin v2", "mean, norm first"])
def test_grad_cam_of_a_mean_is_the_class_activation_map(name: str) -> None:
    trace = traced(name)
    head = trace.network.head  # type: ignore[attr-defined]
    found = grad_cam.attribute(trace, 3, relu=False)
    assert found.values.sum() == pytest.approx(float(trace.logits[3] - head.bias[3]))


def test_grad_cam_at_another_layer_or_none() -> None:
    trace = traced("Swin")
    assert grad_cam.attribute(trace, 3, layer="layers.0.blocks.1.ln2.out").grid == trace.patch_grid
    with pytest.raises(KeyError, match="no tensor called"):
        grad_cam.attribute(trace, 3, layer="blocks.0.ln1.out")
    with pytest.raises(ValueError, match="a row for every token"):
        grad_cam.attribute(trace, 3, layer="pooled")
    with pytest.raises(ValueError, match="a row for every token"):
        grad_cam.attribute(traced("ViT"), 3, layer="blocks.0.q")


@pytest.mark.parametrize("name", ["ViT", "distilled", "rotary", "relative bias", "mean of all"])
def test_occlusion_drops_one_token_after_another(name: str) -> None:
    """The tokens are cut out by hand, before the first block and in what a block knows of places."""
    trace = traced(name)
    found = occlusion.attribute(trace, 3, 1, at_once=7)
    from vitviz.tracing.dropping import logits_of_kept

    prefix, count = trace.config.num_prefix, trace.blocks[0].num_tokens
    for patch in (0, 7, 14):
        kept = torch.tensor([[t for t in range(count) if t != prefix + patch]])
        logits = logits_of_kept(trace, kept)[0]
        want = trace.logits[3] - trace.logits[1] - (logits[3] - logits[1])
        assert found.values.flat[patch] == pytest.approx(float(want), rel=1e-8, abs=1e-12)
    assert found.figures["dropped"] == 1
    if name == "ViT":
        rest = trace["blocks.0.resid_pre"][:, [t for t in range(count) if t != 5]]
        logits = trace.network.classify(trace.network.encode(rest))[0]
        want = trace.logits[3] - trace.logits[1] - (logits[3] - logits[1])
        assert found.values.flat[4] == pytest.approx(float(want), rel=1e-8)


@pytest.mark.parametrize("name", ["ViT", "Swin", "Swin v2"])
def test_occlusion_by_replaced_pixels(name: str) -> None:
    trace = traced(name)
    size = trace.config.patch_size
    found = occlusion.attribute(trace, 3, how="mean", side=2, at_once=3)
    assert found.grid == tuple(-(-side // 2) for side in trace.patch_grid)
    rows, columns = found.grid
    for row, column in ((0, 0), (1, 1), (rows - 1, columns - 1)):
        image = trace["image"].clone()
        mean = image.mean(dim=(-2, -1), keepdim=True)
        image[..., row * 2 * size : (row + 1) * 2 * size, column * 2 * size : (column + 1) * 2 * size] = mean
        want = trace.logits[3] - trace.network(image)[0, 3]
        assert found.values[row, column] == pytest.approx(float(want), rel=1e-8, abs=1e-12)


def test_occlusion_of_an_edited_run_keeps_the_edit() -> None:
    plain = traced("ViT")
    trace = run_trace(plain.network, plain["image"], intervention=zero_head(1, 1))
    found = occlusion.attribute(trace, 3)
    assert found.figures["dropped"] == 0
    image = trace["image"].clone()
    image[..., :8, :8] = image.mean(dim=(-2, -1), keepdim=True)
    want = trace.logits[3] - run_trace(plain.network, image, intervention=zero_head(1, 1)).logits[3]
    assert found.values[0, 0] == pytest.approx(float(want), rel=1e-8)
    with pytest.raises(ValueError, match="cannot be dropped"):
        occlusion.attribute(trace, 3, how="drop")


def test_squares_cover_the_map_once() -> None:
    grid, members = occlusion.squares((5, 7), 3)
    assert grid == (2, 3)
    assert sorted(patch for square in members for patch in square) == list(range(35))
    assert members[5] == [3 * 7 + 6, 4 * 7 + 6]
    trace = traced("ViT")
    found = occlusion.attribute(trace, 3, side=2)  # 5 x 3 patches: squares of 4, 2 and 1
    assert found.grid == (3, 2)
    assert np.abs(found.values).min() > 0


@pytest.mark.parametrize("slow", [occlusion.attribute, integrated_gradients.attribute])
def test_slow_methods_say_how_far_they_are_and_end_when_told(slow) -> None:  # type: ignore[no-untyped-def]
    trace = traced("ViT")
    shares: list[float] = []
    slow(trace, 3, at_once=5, between=shares.append)
    assert shares[0] == 0
    assert len(shares) >= 3
    assert all(a < b < 1 for a, b in pairwise(shares))

    def stop(share: float) -> None:
        if share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        slow(trace, 3, at_once=5, between=stop)


DIRECT = [name for name in CLASSIFIERS if not direct_logit.why_not(traced(name))]


@pytest.mark.parametrize("name", DIRECT)
def test_direct_logits_and_the_rest_are_the_score(name: str) -> None:
    """The rest is summed up from its own parts: biases, constant, and what is no patch's at its own place."""
    trace = traced(name)
    found = direct_logit.attribute(trace, 3)
    parts = logit_attribution(trace)
    scores = dict(zip(parts.parts, parts.scores(3), strict=True))
    by = readers(trace)
    prefix = trace.config.num_prefix
    last_stage = {block.name for block in trace.blocks if any(p.block == block.name for p in parts.parts)}
    sources = np.sum(
        [head_sources(b, h, by, 3) for b in trace.blocks if b.name in last_stage for h in range(b.num_heads)],
        axis=0,
    )
    assert found.figures["score"] == pytest.approx(float(trace.logits[3]))
    given = sum(value for part, value in scores.items() if part.kind in ("bias", "constant"))
    own = sum(v for p, v in scores.items() if p.kind in ("tokens", "position", "before", "mlp"))
    attended = sum(v for p, v in scores.items() if p.kind == "attention")
    biases = sum(v for p, v in scores.items() if p.kind == "bias")
    padding = attended - biases - sources.sum()
    total = found.values.sum() + found.figures["prefix"] + found.figures["rest"]
    assert total == pytest.approx(float(trace.logits[3]), rel=1e-9)
    assert found.figures["rest"] == pytest.approx(given + padding, rel=1e-6, abs=1e-9)
    whole = found.values.sum() + found.figures["prefix"]
    assert whole == pytest.approx(own + sources.sum(), rel=1e-6, abs=1e-9)
    if trace.config.pool == "token" if hasattr(trace.config, "pool") else False:
        np.testing.assert_allclose(found.values.ravel(), sources[prefix:], rtol=1e-6, atol=1e-12)


LINEAR = ("gradient_x_input", "integrated_gradients", "occlusion", "direct_logit")


@pytest.mark.parametrize("method", LINEAR)
@pytest.mark.parametrize("name", ["ViT", "Swin"])
def test_a_contrast_is_the_difference_of_two_maps(method: str, name: str) -> None:
    trace = traced(name)
    attribute = METHODS[method].attribute
    options = {"steps": 4} if method == "integrated_gradients" else {}
    one, other, both = (attribute(trace, *c, **options).values for c in ((3,), (1,), (3, 1)))
    np.testing.assert_allclose(both, one - other, rtol=1e-8, atol=1e-10)
    assert np.ptp(both) > 0


WHY_NOT = {
    "class_attention": dict.fromkeys(("mean", "mean, norm first", "mean of all", "maximum", "mean and maximum",
                                      "Swin", "Swin v2"), "no_class_token"),
    "rollout": dict.fromkeys(("maximum", "mean and maximum"), "max_pool"),
    "chefer": {**dict.fromkeys(("maximum", "mean and maximum"), "max_pool"), "no head": "no_classes"},
    "direct_logit": {
        **dict.fromkeys(("mean of all", "token and mean", "maximum", "mean and maximum", "pooling query",
                         "pooling query over all"), "pool"),
        "norms behind": "inner_norms", "inner norms, SwiGLU": "inner_norms", "hidden head": "pre_logits",
        "no head": "no_classes",
    },
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", CONFIGS)
def test_a_method_answers_or_says_why_not(method: str, name: str) -> None:
    trace = traced(name)
    expected = WHY_NOT.get(method, {"no head": "no_classes"}).get(name, "")
    assert METHODS[method].why_not(trace) == expected
    if expected:
        with pytest.raises(ValueError, match=f"^{re.escape(REASONS[expected])}$"):
            METHODS[method].attribute(trace, 1)
        return
    # What Grad-CAM cuts off at 0 can be all of it.
    few: dict[str, dict[str, Any]] = {"integrated_gradients": {"steps": 2}, "grad_cam": {"relu": False}}
    options = few.get(method, {})
    found = METHODS[method].attribute(trace, 2, **options)
    check(found, method, trace)


def check(found: ClassMap, method: str, trace: Trace) -> None:
    assert (found.method, found.target) == (method, 2)
    assert found.values.dtype == np.float64
    assert np.isfinite(found.values).all()
    assert found.signed or found.values.min() >= 0
    assert np.ptp(found.values) > 0
    assert found.passes >= 0
    rows, columns = trace.patch_grid
    assert found.grid in {trace.patch_grid, trace.blocks[-1].map_size, (-(-rows // 2), -(-columns // 2))}


def test_the_function_of_a_notebook() -> None:
    trace = traced("ViT")
    best = int(trace.logits.argmax())
    assert class_map(trace).target == best
    assert class_map(trace, "occlusion", 2, 0).against == 0
    assert class_map(traced("no head"), "rollout").of == "nothing"
    with pytest.raises(ValueError, match="no method 'cam'; there are class_attention, rollout"):
        class_map(trace, "cam")
    for target in (5, -1):
        with pytest.raises(ValueError, match=f"5 classes, there is no class {target}"):
            class_map(trace, "chefer", target)
    with pytest.raises(ValueError, match="no contrast"):
        class_map(trace, "chefer", 2, 2)
    batch = run_on(TraceBatch, trace.network, torch.cat([trace["image"]] * 2))
    with pytest.raises(ValueError, match="2 pictures"):
        class_map(batch, "chefer")  # type: ignore[arg-type]
    second = class_map(batch.picture(1), "chefer", 2)
    np.testing.assert_allclose(second.values, class_map(trace, "chefer", 2).values, rtol=1e-8)

"""Patch merging opened: neighbours by loops, sums by hand, and another order as a network that gathers otherwise."""

import numpy as np
import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.analysis.swin_shift.merging import PUBLISHED, merge_at, neighbours, other_order
from vitviz.models.build import build
from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.models.swin import SwinTransformer
from vitviz.tracing.trace import Trace, run_trace

CONFIG = SwinConfig(
    (36, 44), embed_dim=16, depths=(2, 2, 2), num_heads=(2, 4, 8), window_size=4, num_classes=5
)
STEPS = ("layers.1.downsample", "layers.2.downsample")
RASTER = ((0, 0), (0, 1), (1, 0), (1, 1))


@pytest.fixture(scope="module")
def trace() -> Trace:
    return run_trace(randomise(SwinTransformer(CONFIG)).eval(), random_picture(36, 44))


@pytest.mark.parametrize(("height", "width"), [(4, 6), (5, 6), (4, 7), (9, 11)])
def test_neighbours_go_down_first_and_padding_is_none(height: int, width: int) -> None:
    got = neighbours(height, width)
    assert got.shape == (-(-height // 2), -(-width // 2), 4)
    for r in range(got.shape[0]):
        for c in range(got.shape[1]):
            for i, (down, across) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
                row, column = 2 * r + down, 2 * c + across
                inside = row < height and column < width
                assert got[r, c, i] == (row * width + column if inside else -1)


@pytest.mark.parametrize("step", STEPS)
def test_a_place_is_its_neighbours_normalised_and_reduced(trace: Trace, step: str) -> None:
    x = trace[f"{step}.resid_pre"][0].double()  # (h, w, C)
    module = dict(trace.network.steps())[step]
    weight = module.reduction.weight.detach().double()
    four = neighbours(*x.shape[:2])
    for place in [(0, 0), (four.shape[0] - 1, four.shape[1] - 1), (1, 2)]:
        merge = merge_at(trace, step, *place)
        flat = x.flatten(0, 1)
        parts = [torch.zeros(x.shape[-1]).double() if t < 0 else flat[t] for t in four[place]]
        gathered = torch.cat(parts)
        np.testing.assert_allclose(merge.gathered, gathered.numpy(), rtol=1e-6)
        mean, variance = gathered.mean(), gathered.var(unbiased=False)
        assert merge.mean == pytest.approx(float(mean), abs=1e-6)
        assert merge.scale == pytest.approx(float((variance + 1e-5).sqrt()), rel=1e-5)
        out = (gathered - mean) / (
            variance + 1e-5
        ).sqrt() * module.norm.weight.detach() + module.norm.bias.detach()
        np.testing.assert_allclose(merge.inputs, out.numpy(), atol=1e-5)
        np.testing.assert_allclose(merge.reduced, (weight @ out).numpy(), atol=1e-5)
        opened = merge.open(3)
        by_patch = (weight[3] * out).view(4, -1).sum(dim=1)
        np.testing.assert_allclose(opened.sums, by_patch.numpy(), atol=1e-5)
        assert opened.value == pytest.approx(float(merge.reduced[3]), abs=1e-5)
        assert opened.place(opened.products.size - 1) == (3, x.shape[-1] - 1, 0)


@pytest.mark.parametrize("step", STEPS)
def test_another_order_is_a_network_that_gathers_otherwise(
    trace: Trace, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = other_order(trace, step, RASTER)
    module = dict(trace.network.steps())[step]

    def raster(x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x[:, 0::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 0::2], x[:, 1::2, 1::2]], dim=-1)

    published = trace.network.layers[int(step.split(".")[1])].downsample
    assert published is module
    outputs = []
    with torch.no_grad():
        forward = type(module).forward

        def swapped(self: torch.nn.Module, x: torch.Tensor, probe: object) -> torch.Tensor:
            if self is not module:
                return forward(self, x, probe)
            monkeypatch.setattr("vitviz.models.swin.gather_neighbours", raster)
            outputs.append(forward(self, x, probe))
            monkeypatch.undo()
            monkeypatch.setattr(type(module), "forward", swapped)
            return outputs[-1]

        monkeypatch.setattr(type(module), "forward", swapped)
        logits = trace.network(trace["image"])[0]
        monkeypatch.undo()
    gap = (outputs[0] - trace[f"{step}.resid_post"]).abs().max().item()
    assert got.output_gap == pytest.approx(gap, rel=1e-4)
    assert got.logit_gap == pytest.approx((logits - trace.logits).abs().max().item(), rel=1e-3)
    assert got.top == int(logits.argmax())
    assert got.output_gap > 0.05
    assert got.logit_gap > 1e-3


def test_the_published_order_changes_nothing_and_nonsense_is_refused(trace: Trace) -> None:
    same = other_order(trace, STEPS[0], PUBLISHED)
    assert same.output_gap < 1e-5
    assert same.logit_gap < 1e-4
    with pytest.raises(ValueError, match="not an order"):
        other_order(trace, STEPS[0], ((0, 0), (0, 0), (1, 0), (1, 1)))


def test_version_2_reduces_first_and_normalises_then() -> None:
    config = SwinV2Config(
        (36, 44), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5
    )
    trace = run_trace(randomise(build(config)).eval(), random_picture(36, 44))
    module = dict(trace.network.steps())[STEPS[0]]
    merge = merge_at(trace, STEPS[0], 2, 1)
    assert merge.post_norm
    np.testing.assert_array_equal(merge.inputs, merge.gathered)
    reduced = module.reduction(torch.from_numpy(merge.gathered))
    np.testing.assert_allclose(merge.reduced, reduced.detach().numpy(), atol=1e-5)
    np.testing.assert_allclose(merge.output, module.norm(reduced).detach().numpy(), atol=1e-4)
    assert merge.open(3).value == pytest.approx(float(merge.reduced[3]), abs=1e-5)
    assert other_order(trace, STEPS[0], PUBLISHED).output_gap < 1e-4
    assert other_order(trace, STEPS[0], RASTER).output_gap > 0.1

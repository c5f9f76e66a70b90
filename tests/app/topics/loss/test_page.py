"""The loss page: loss, gradient and saliency are those of the run."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import formulas, mounted, number, trace_of
from vitviz.tracing.interventions import Gradients
from vitviz.tracing.trace import Trace

Open = Callable[..., AppTest]
MODELS = ["vit-tiny", "swin-mini", "deit-ti16"]


def gradients(trace: Trace, label: int) -> dict[str, torch.Tensor]:
    """torch's own, in one backward pass."""
    kept = Gradients(frozenset({"image", "embed"}))
    with torch.enable_grad():
        loss = F.cross_entropy(trace.network(trace["image"], kept), torch.tensor([label]))
        return kept.of(loss)


def with_label(open_page: Open, model: str, label: int) -> AppTest:
    page = open_page("loss", model=model)
    key = next(str(box.key) for box in page.selectbox if str(box.key).startswith("loss.label"))
    page.selectbox(key=key).set_value(label).run()
    assert not page.exception
    return page


@pytest.mark.parametrize("model", MODELS)
def test_the_saliency_is_that_of_the_label(open_page: Open, model: str) -> None:
    label = 3
    page = with_label(open_page, model, label)
    trace = trace_of(page)
    want = gradients(trace, label)
    first = trace.config.num_prefix if hasattr(trace.config, "num_prefix") else 0
    length = want["embed"].flatten(0, -2).norm(dim=-1).numpy()
    product = (want["embed"] * trace["embed"]).flatten(0, -2).sum(dim=-1).numpy()
    size = trace.config.patch_size
    cells = want["image"].unfold(2, size, size).unfold(3, size, size)[0]  # (C, h, w, P, P)
    pixels = cells.square().sum(dim=(0, 3, 4)).sqrt().flatten().numpy()
    # A product is a sum of terms of both signs: its rounding is in proportion to the two lengths.
    size_of_terms = float((length * trace["embed"].flatten(0, -2).norm(dim=-1).numpy()).max())
    for name, values, top in (
        ("embed_length", length, length.max()),
        ("embed_product", product, size_of_terms),
        ("pixel_length", pixels, pixels.max()),
    ):
        shown = mounted(page, f"loss.saliency.{name}")["overlay"]
        assert np.isnan(shown[:first]).all()
        np.testing.assert_allclose(shown[first:], values, rtol=1e-3, atol=1e-4 * float(top))


@pytest.mark.parametrize("model", MODELS)
def test_loss_and_check_are_torchs(open_page: Open, model: str) -> None:
    page = with_label(open_page, model, 2)
    trace = trace_of(page)
    want = F.cross_entropy(trace.logits.unsqueeze(0), torch.tensor([2])).item()
    formula = next(text for text in formulas(page) if text.startswith(r"L = -\log p_y"))
    assert number(formula.split(" = ")[-1]) == pytest.approx(want, rel=1e-3)
    check = next(caption.value for caption in page.caption if "F.cross_entropy" in caption.value)
    assert f"{want:.6f}" in check
    assert float(check.split("= ")[-1].rstrip(".")) < 1e-5
    gap = next(caption.value for caption in page.caption if "autograd" in caption.value)
    assert float(re.findall(r": ([\d.e-]+\d)\.", gap)[0]) < 1e-6


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("loss", model="vit-tiny", language="zh").title[0].value == "损失与梯度"

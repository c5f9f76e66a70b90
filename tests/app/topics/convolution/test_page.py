"""The convolution page shows the results of three real runs, real index arrays and real filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
import torch.nn.functional as F
from streamlit.testing.v1 import AppTest
from torch import from_numpy, nn

from tests.app.page_contents import mounted, number, trace_of
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.trace import Trace

Open = Callable[..., AppTest]
# model, chosen token, the patch that it is, chosen channel
CASES = [("vit-tiny", 1 + 5 * 14 + 3, 5 * 14 + 3, 17), ("swin-mini", 30 * 56 + 41, 30 * 56 + 41, 47)]


def conv_of(trace: Trace) -> nn.Conv2d:
    return cast("VisionTransformer | SwinTransformer", trace.network).patch_embed.proj


def html_with(page: AppTest, piece: str) -> str:
    return next(part.proto.body for part in page.get("html") if piece in part.proto.body)


def said(page: AppTest) -> list[str]:
    return [part.value for part in (*page.markdown, *page.info, *page.caption)]


@pytest.mark.parametrize(("model", "token", "patch", "channel"), CASES)
def test_three_methods_show_one_number_and_how_far_they_are_apart(
    open_page: Open, model: str, token: int, patch: int, channel: int
) -> None:
    page = open_page(
        "convolution",
        model=model,
        **{f"setting.token.{model}": token, f"setting.patches.channel.{model}": channel},
    )
    trace = trace_of(page)
    embed = trace["embed"].reshape(-1, trace.config.embed_dim)
    computed = embed[patch, channel].item()
    shown = [
        number("".join(pieces))
        for pieces in re.findall(
            r"<p><b>(.*?)</b><span>(.*?)</span></p>", html_with(page, f"z[{patch}, {channel}]")
        )
    ]
    assert len(shown) == 3
    assert shown[1] == pytest.approx(computed, abs=6e-9)  # the model's own, to all the digits that are shown
    rounding = 5e-6 * max(1.0, embed.abs().max().item())
    np.testing.assert_allclose(shown, computed, atol=rounding)
    gaps = [number(text) for text in re.findall(r'class="n">([^<]*)</td>', html_with(page, "max |\u0394|"))]
    assert len(gaps) == 4
    assert gaps[3] == 0
    weight, bias = conv_of(trace).weight, conv_of(trace).bias
    assert bias is not None
    size = weight.shape[-1]
    unfolded = F.unfold(trace["image"], size, stride=size)[0].T @ weight.detach().flatten(1).T + bias.detach()
    assert gaps[0] == pytest.approx((unfolded - embed).abs().max().item(), rel=0.06, abs=1e-9)
    assert max(gaps) < rounding


def test_the_code_on_screen_is_the_source_of_the_run(open_page: Open) -> None:
    import inspect
    from html import escape

    from vitviz.analysis.convolution.im2col import im2col

    shown = html_with(open_page("convolution"), "vitviz.analysis.convolution.im2col")
    for line in inspect.getsource(im2col).splitlines():
        if '"""' not in line:
            assert escape(line) in shown
    assert "(768, 196)" in shown


def test_the_index_arrays_pick_what_torch_unfolds(open_page: Open) -> None:
    page = open_page("convolution")
    for name, value in {"size": 7, "kernel": 3, "stride": 2, "padding": 1, "dilation": 2}.items():
        page.slider(key=f"convolution.positions.{name}").set_value(value)
    page.run()
    assert not page.exception
    data = mounted(page, "convolution.kernel_positions")
    levels = data["levels"].reshape(1, 3, 7, 7)
    expected = F.unfold(from_numpy(levels.astype(np.float32)), 3, stride=2, padding=1, dilation=2)[0].numpy()
    assert data["count"] == 3
    assert any(r"\mathbf{3}" in text for text in said(page))
    np.testing.assert_array_equal(np.array(data["values"]).reshape(27, 9), expected)
    padded = np.pad(levels[0], ((0, 0), (1, 1), (1, 1)))
    k, i, j = (np.array(data[name]) for name in ("k", "i", "j"))
    np.testing.assert_array_equal(padded[k[:, None], i.reshape(27, 9), j.reshape(27, 9)], expected)


def test_what_is_left_over_is_said(open_page: Open) -> None:
    page = open_page("convolution")
    page.slider(key="convolution.positions.kernel").set_value(
        3
    ).run()  # 6 pixels, stride 2: 0-2, 2-4, and one is left
    assert mounted(page, "convolution.kernel_positions")["leftOver"] == 1
    assert any("**1** at the right and bottom border" in text for text in said(page))


def test_a_kernel_that_does_not_fit_gets_a_sentence(open_page: Open) -> None:
    page = open_page("convolution")
    page.slider(key="convolution.positions.kernel").set_value(5)
    page.slider(key="convolution.positions.dilation").set_value(3).run()
    assert not page.exception
    assert any("reaches over 13 pixels" in text for text in said(page))


def test_typed_arrays_run_and_bad_ones_get_a_sentence(open_page: Open) -> None:
    page = open_page("convolution")
    page.text_input(key="convolution.numpy.tile.a").set_value("[[7], [8]]").run()
    body = html_with(page, "<td>7</td>")
    assert "<tr><td>7</td><td>7</td></tr><tr><td>8</td><td>8</td></tr></table><p>(2, 2)</p>" in body
    page.text_input(key="convolution.numpy.repeat.a").set_value("__import__('os')").run()
    assert not page.exception
    assert any("not a list of numbers" in text for text in said(page))


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_filters_are_the_models_and_their_components_numpys(open_page: Open, model: str) -> None:
    page = open_page("convolution", model=model)
    weight = conv_of(trace_of(page)).weight.detach().numpy()
    shown = mounted(page, "convolution.filters")
    np.testing.assert_array_equal(shown["values"], weight[:96].ravel())
    assert shown["high"] == np.abs(weight).max()
    points = weight.reshape(len(weight), -1).astype(np.float64)
    _, sizes, right = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    parts = mounted(page, "convolution.principal")
    flat = parts["values"].reshape(28, -1)
    np.testing.assert_allclose(np.abs((flat * right[:28]).sum(axis=1)), 1, atol=1e-4)
    shares = 100 * sizes**2 / (sizes**2).sum()
    np.testing.assert_allclose([number(text[:-2]) for text in parts["labels"]], shares[:28], atol=0.0051)
    assert any(f"**{shares[:28].sum():.1f} %**" in text for text in said(page))


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("convolution", language="zh").title[0].value == "图像块与卷积"

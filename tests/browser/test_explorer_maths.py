"""The browser's own attention against torch: every weight of every layer and head, in every shape that there is."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import vitviz
from tests.browser.conftest import SCREENSHOTS
from tests.browser.plain_host import PlainHost, arrived, data_url
from tests.conftest import random_picture, randomise
from vitviz.app.component import colours
from vitviz.app.words import section
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.models.layers import attention_scores
from vitviz.payload import pack
from vitviz.samples import SAMPLES
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace, run_trace
from vitviz.web.explorer.defaults import DEFAULTS
from vitviz.web.explorer.source import TraceSource

pytestmark = pytest.mark.browser
VIT = ViTConfig((32, 48), patch_size=8, embed_dim=24, depth=2, num_heads=3, num_classes=5)
SWIN = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
SUBJECTS: dict[str, tuple[ModelConfig, tuple[int, int]]] = {
    "class token": (VIT, (32, 48)),
    "no prefix": (replace(VIT, class_token=False, pool="avg"), (48, 32)),
    "class and distillation": (replace(VIT, distillation_token=True), (32, 32)),
    "class and four registers": (replace(VIT, num_registers=4), (32, 48)),
    "swin, shifted": (SWIN, (64, 64)),
    "swin, padded": (SWIN, (52, 76)),
    "swin, window as large as the map": (replace(SWIN, image_size=(32, 32)), (32, 32)),
}
DECODED = """
const { readPayload } = await import('/web/shared/payload.js');
const { LayerMaths } = await import('/web/explorer/maths.js');
const maths = new LayerMaths(readPayload(await (await fetch(url)).arrayBuffer()));
const packed = (values) => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};
"""
# (H, tokens, K): for every token the weights of those in its reach, in the order of its window. Nothing else may have
# a weight: `stray` counts.
ALL_WEIGHTS = (
    "async ([url, direction]) => {"
    + DECODED
    + """
const { heads, tokens, reachable: K } = maths;
const out = new Float64Array(heads * tokens * K);
const map = new Float64Array(tokens);
let stray = 0;
for (let h = 0; h < heads; h++) {
  for (let t = 0; t < tokens; t++) {
    map.fill(NaN);
    maths.weights(h, t, direction, map);
    const reach = maths.reach(t);
    reach.forEach((token, j) => (out[(h * tokens + t) * K + j] = token < 0 ? NaN : map[token]));
    for (const token of reach) if (token >= 0) map[token] = NaN;
    stray += map.reduce((count, value) => count + !Number.isNaN(value), 0);
  }
}
return { shape: [heads, tokens, K], stray, values: packed(out) }; }"""
)
MATRIX = (
    "async ([url, head, token]) => {"
    + DECODED
    + """
const order = maths.windowed ? maths.reach(token) : maths.order;
const out = new Float32Array(order.length ** 2);
const half = order.length >> 1;
maths.addMatrix(head, order, order, 0, half, out);
maths.addMatrix(head, order, order, half, order.length, out);
return { order: [...order], values: packed(out) }; }"""
)
CELL = (
    "async ([url, head, i, j]) => {"
    + DECODED
    + """
const cell = maths.cell(head, i, j);
return { ...cell, q: [...cell.q], k: [...cell.k], products: [...cell.products], scores: [...cell.scores],
  weights: [...cell.weights], quick: maths.weight(head, i, j) }; }"""
)


@pytest.fixture(scope="module")
def page(browser: Browser, host: PlainHost) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto(host.address)
    yield opened
    opened.close()


def trace_of(name: str) -> Trace:
    config, size = SUBJECTS[name]
    network = build(config).eval()
    randomise(network)
    return run_trace(network, random_picture(*size))


def doubles(packed: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(packed), dtype="<f8")


def by_token(block: BlockTrace, pattern: NDArray[np.float64], direction: str) -> NDArray[np.float64]:
    """A pattern (W, H, K, K) as (H, tokens, K): row or column of every real token; NaN at padding."""
    if direction == "column":
        pattern = pattern.swapaxes(2, 3)
    if not isinstance(block, SwinBlockTrace):
        return pattern[0]
    order = block.tokens.numpy()
    out = np.empty((pattern.shape[1], int(order.max()) + 1, pattern.shape[3]))
    for window, places in enumerate(order):
        real = places >= 0
        out[:, places[real]] = np.where(real, pattern[window][:, real], np.nan)
    return out


def exact_pattern(block: BlockTrace) -> NDArray[np.float64]:
    """softmax(q k^T / sqrt(d) + bias + mask) in float64, of the q and k that torch computed, (W, H, K, K)."""
    q, k = block["q"].double(), block["k"].double()
    bias = mask = None
    if isinstance(block, SwinBlockTrace):
        bias, mask = block.bias.double(), None if block.mask is None else block.mask.double()
    return attention_scores(q, k, bias, mask).softmax(dim=-1).numpy()


def assert_every_weight(page: Page, host: PlainHost, trace: Trace) -> None:
    """The browser is within 1e-6 of the exact weights, and no further from torch's than torch is from those."""
    payloads = TraceSource(trace, "test")
    for index, block in enumerate(trace.blocks):
        url = host.give(f"{index}.bin", payloads.layer(index))
        torchs = block.trace[f"{block.name}.pattern"].double().numpy()
        exact = exact_pattern(block)
        rounding = float(np.abs(torchs - exact).max())
        for direction in ("row", "column"):
            got = page.evaluate(ALL_WEIGHTS, [url, direction])
            assert got["stray"] == 0
            shown = doubles(got["values"]).reshape(got["shape"])
            for pattern, limit in ((exact, 1e-6), (torchs, rounding + 1e-6)):
                expected = by_token(block, pattern, direction)
                np.testing.assert_array_equal(np.isnan(shown), np.isnan(expected))
                assert float(np.nanmax(np.abs(shown - expected))) <= limit


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_weight_of_small_models(page: Page, host: PlainHost, name: str) -> None:
    assert_every_weight(page, host, trace_of(name))


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_every_weight_of_the_embedded_models(page: Page, host: PlainHost, model: str) -> None:
    trace = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path)
    assert_every_weight(page, host, trace)


@pytest.mark.parametrize("name", ["class token", "swin, padded"])
def test_a_matrix_is_torchs(page: Page, host: PlainHost, name: str) -> None:
    trace = trace_of(name)
    payloads = TraceSource(trace, "test")
    for index, block in enumerate(trace.blocks):
        url = host.give(f"m{index}.bin", payloads.layer(index))
        head, token = block.num_heads - 1, 3
        got = page.evaluate(MATRIX, [url, head, token])
        values = np.frombuffer(base64.b64decode(got["values"]), dtype="<f4").reshape(len(got["order"]), -1)
        pattern = block.trace[f"{block.name}.pattern"]
        window = block.place(token)[0] if isinstance(block, SwinBlockTrace) else 0
        real = np.array(got["order"]) >= 0
        expected = pattern[window, head].numpy()
        np.testing.assert_allclose(values[np.ix_(real, real)], expected[np.ix_(real, real)], atol=1e-6)
        assert np.isnan(values[~real]).all()


def opened(page: Page, url: str, block: BlockTrace, head: int, i: int, j: int) -> dict[str, Any]:
    cell: dict[str, Any] = page.evaluate(CELL, [url, head, i, j])
    assert cell["quick"] == pytest.approx(cell["weight"], abs=1e-9)
    return cell


@pytest.mark.parametrize("name", ["class and four registers", "swin, shifted", "swin, padded"])
def test_an_opened_cell_holds_torchs_numbers(page: Page, host: PlainHost, name: str) -> None:
    trace = trace_of(name)
    payloads = TraceSource(trace, "test")
    generator = np.random.default_rng(5)
    for index, block in enumerate(trace.blocks):
        url = host.give(f"c{index}.bin", payloads.layer(index))
        for _ in range(4):
            head = int(generator.integers(1, block.num_heads))
            window, orders = 0, np.arange(block["q"].shape[2])[None]
            if isinstance(block, SwinBlockTrace):
                orders = block.tokens.numpy()
                window = int(generator.integers(len(orders)))
            real = np.flatnonzero(orders[window] >= 0)
            row, column = (int(place) for place in generator.choice(real, 2))
            cell = opened(page, url, block, head, int(orders[window, row]), int(orders[window, column]))
            q, k = block["q"][window, head, row], block["k"][window, head, column]
            assert np.array_equal(np.float32(cell["q"]), q.numpy())
            assert np.array_equal(np.float32(cell["k"]), k.numpy())
            np.testing.assert_allclose(cell["products"], (q.double() * k.double()).numpy(), rtol=1e-12)
            scores = trace[f"{block.name}.attn_scores"][window, head, row].double()
            np.testing.assert_allclose(cell["scores"], scores.numpy(), rtol=1e-5, atol=1e-5)
            weights = trace[f"{block.name}.pattern"][window, head, row]
            np.testing.assert_allclose(cell["weights"], weights.numpy(), atol=1e-6)
            assert cell["weight"] == pytest.approx(weights[column].item(), abs=1e-6)
            assert sum(cell["weights"]) == pytest.approx(1, abs=1e-12)
            addends = [cell["scaled"], cell["bias"] or 0.0, cell["mask"] or 0.0]
            assert cell["score"] == pytest.approx(sum(addends), abs=1e-12)


def test_equal_keys_give_a_flat_map(page: Page, host: PlainHost) -> None:
    network = build(VIT).eval()
    randomise(network)
    with torch.no_grad():
        for block in network.blocks:
            block.attn.qkv.weight[24:48] = 0  # all keys are the bias
    trace = run_trace(network, random_picture(32, 48))
    url = host.give("flat.bin", TraceSource(trace, "test").layer(0))
    got = page.evaluate(ALL_WEIGHTS, [url, "row"])
    np.testing.assert_allclose(doubles(got["values"]), 1 / got["shape"][1], atol=1e-7)
    levels = page.evaluate(
        """async (weight) => { const { Shades } = await import('/web/shared/shades.js');
        const shades = new Shades(new Uint32Array(256), 0.4, false);
        return [0.95, 1, 1.05].map((share) => shades.level(share * weight)); }""",
        1 / got["shape"][1],
    )
    assert (
        max(levels) - min(levels) <= 3
    )  # of 255: nearly equal weights look equal on the scale that all maps share


def test_a_very_large_matrix_is_drawn_reduced_and_says_so(browser: Browser, host: PlainHost) -> None:
    side, heads, dim = 64, 2, 8
    tokens = side * side + 1
    generator = np.random.default_rng(3)
    q, k = (generator.standard_normal((1, heads, tokens, dim)).astype("<f4") for _ in range(2))
    scores = np.einsum("hid,hjd->hij", q[0, :, :], k[0]).astype(np.float64) / np.sqrt(dim)
    lse = np.log(np.exp(scores).sum(-1))
    header = {
        "name": "blocks.0",
        "heads": heads,
        "head_dim": dim,
        "rows": side,
        "columns": side,
        "prefix": ["cls"],
    }
    header |= {"windows": 1, "window": None, "shift": 0, "entropy": [1, 1], "distance": [9, 9], "reach": 0.01}
    order = np.arange(tokens, dtype="<i4")[None]
    host.give("large/0.bin", pack(header, {"q": q, "k": k, "lse": lse[None], "tokens": order}))
    layer = {
        "name": "blocks.0",
        "heads": heads,
        "rows": side,
        "columns": side,
        "prefix": ["cls"],
        "window": None,
    }
    picture = {"image": data_url(Image.new("RGB", (64, 64), (120, 90, 60))), "alt": "brown", "aspect": 1}
    data = {
        "revision": "large", "url": "/given/large", "model": "large", "modelTitle": "large", "name": "brown",
        "picture": picture, "layers": [layer], "rollout": False, "second": None, "limit": 1 << 28,
        "state": {"layer": 0, "head": 1, "token": 2000}, "defaults": DEFAULTS,
        "scales": {name: colours(name) for name in ("attention", "activation")},  # type: ignore[arg-type]
        "words": section("explorer"),
    }  # fmt: skip
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    page.goto(host.address)
    page.evaluate(
        """async (data) => { const { mount } = await import('/web/explorer/explorer.js');
        window.told = []; window.view = mount(document.getElementById('root'), { state: (s) => window.told.push(s) });
        await window.view.update(data); }""",
        arrived(page, data),
    )
    readout, note = page.locator(".vx-readout").first, page.locator(".vx-matrix .vx-note")
    expect(note).to_have_text("too large to draw whole: every 5th query and key; zoom in for all")
    box = page.locator(".vx-frame").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 20.5 / side, box["y"] + box["height"] * 10.5 / side)
    expect(readout).to_contain_text("(10, 20) looks most at")
    token = 1 + 10 * side + 20
    best = np.exp(scores[1, token] - lse[1, token]).max()
    shown = readout.inner_text().split(" \u00b7 ")[0].split()[-1]
    assert float(shown) == pytest.approx(best, rel=1e-3)
    for _ in range(3):
        page.get_by_role("button", name="zoom in").click()
    expect(note).to_have_text("")  # an eighth of the tokens is drawn whole
    for _ in range(7):
        page.get_by_role("button", name="zoom in").click()
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "explorer-4097.png")
    page.get_by_role("button", name="whole matrix").click()
    expect(note).to_contain_text("every 5th")
    page.close()

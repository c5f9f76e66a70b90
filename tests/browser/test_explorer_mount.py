"""The explorer in a page without Streamlit: numbers from a fetcher, the matrix's keys, another language, a real end."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import frames
from tests.browser.plain_host import PlainHost, arrived, data_url
from tests.conftest import random_picture, randomise
from vitviz.app import words
from vitviz.app.component import colours
from vitviz.models.build import build
from vitviz.models.config import ViTConfig
from vitviz.tracing.trace import Trace, run_trace
from vitviz.web.explorer.describe import DescribedPicture, describe, explorer_data
from vitviz.web.explorer.source import TraceSource
from vitviz.zoo.registry import REGISTRY

pytestmark = pytest.mark.browser
MOUNT = """async (data) => {
  const { mount } = await import('/web/explorer/explorer.js');
  window.fetched = []; window.states = []; window.arrived = 0;
  const fetcher = async (path) => {
    window.fetched.push(path);
    const response = await fetch(path);
    window.arrived += 1;
    return response;
  };
  window.view = mount(document.getElementById('root'), { state: (s) => window.states.push(s), fetcher });
  await window.view.update(data);
}"""


def trace() -> Trace:
    network = build(
        ViTConfig((32, 32), patch_size=8, embed_dim=12, depth=2, num_heads=3, num_classes=5)
    ).eval()
    randomise(network)
    return run_trace(network, random_picture(32, 32))


def given(host: PlainHost, state: dict[str, Any], language: str = "en") -> dict[str, Any]:
    """A small ViT's explorer data; its payloads lie below ``/given/mounted``."""
    traced = trace()
    source = TraceSource(traced, "small")
    for layer in range(len(traced.blocks)):
        host.give(f"mounted/{layer}.bin", source.layer(layer))
        for head in range(3):
            host.give(f"mounted/{layer}/{head}.bin", source.values(layer, head))
    picture = DescribedPicture(data_url(Image.new("RGB", (32, 32), (90, 120, 60))), 1, "green", "green", "1f")
    described = describe(traced, REGISTRY["vit-tiny"], picture, "/given/mounted")
    scales = {name: colours(name) for name in ("attention", "activation")}  # type: ignore[arg-type]
    sentences = {
        key.removeprefix("explorer."): each[language]
        for key, each in words.table().items()
        if key.startswith("explorer.")
    }
    return explorer_data(described, state, scales=scales, words=sentences)


def drawn(page: Page) -> str:
    image: str = page.locator(".vx-matrix-stage canvas").first.evaluate("(canvas) => canvas.toDataURL()")
    return image


def test_keys_zoom_into_the_matrix_and_out_again(page: Page, host: PlainHost) -> None:
    page.evaluate(MOUNT, arrived(page, given(host, {"layer": 1, "head": 2, "token": 9, "pinned": True})))
    stage = page.locator(".vx-matrix-stage")
    expect(page.locator(".vx-matrix .vx-title")).to_contain_text("17 x 17")
    expect(page.locator(".vx-readout").first).to_contain_text("looks most at")
    page.wait_for_function("window.arrived === 2")  # the common scale is that of both layers
    frames(page, 6)
    whole = drawn(page)
    stage.focus()
    page.keyboard.press("+")
    closer = drawn(page)
    assert closer != whole
    page.keyboard.press("=")  # the key of the plus sign without shift
    assert drawn(page) not in {whole, closer}
    page.keyboard.press("0")
    assert drawn(page) == whole
    page.keyboard.press("+")
    page.keyboard.press("-")
    assert drawn(page) == whole
    page.keyboard.press("ArrowRight")  # the other keys are those of the whole explorer
    expect(page.locator(".vx-readout").first).to_contain_text("(2, 1) looks most at")


def test_every_payload_comes_from_the_fetcher(page: Page, host: PlainHost) -> None:
    page.evaluate(MOUNT, arrived(page, given(host, {"layer": 0, "head": 1, "token": 3})))
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("o")
    expect(page.locator(".vx-cell")).to_contain_text("A v W_O")
    assert set(page.evaluate("window.fetched")) == {
        "/given/mounted/0.bin",
        "/given/mounted/1.bin",
        "/given/mounted/0/1.bin",
    }


def test_another_language_keeps_what_was_chosen_and_opened(page: Page, host: PlainHost) -> None:
    page.evaluate(MOUNT, arrived(page, given(host, {"layer": 0, "head": 1, "token": 3})))
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("]")
    page.keyboard.press("o")
    title = page.locator(".vx-cell h4")
    weight = title.inner_text().partition("A[")[2]
    page.evaluate("(data) => window.view.update(data)", arrived(page, given(host, {}, "zh")))
    expect(page.locator(".vx-picture .vx-title").first).to_have_text("blocks.0 \u00b7 头 2")
    assert title.inner_text().partition("A[")[2] == weight
    expect(page.locator(".vx")).to_have_count(1)


def test_nothing_goes_on_after_the_end(page: Page, host: PlainHost) -> None:
    page.evaluate(MOUNT, arrived(page, given(host, {"layer": 0, "head": 1, "token": 3})))
    expect(page.locator(".vx-readout").first).to_contain_text("looks most at")
    page.locator(".vx-frame").first.focus()
    left = page.evaluate("""async () => {
      const press = (key) => document.querySelector('.vx-frame').dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));
      press('ArrowRight');  // a choice that is on its way to the host, and a frame that is on its way to the screen
      let frames = 0;
      const real = window.requestAnimationFrame;
      window.requestAnimationFrame = (callback) => { frames += 1; return real(callback); };
      window.view.destroy();
      const { length } = window.states;
      document.getElementById('root').style.width = '300px';  // a size that nobody watches any more
      await new Promise((done) => setTimeout(done, 700));
      window.requestAnimationFrame = real;
      return { frames, sent: window.states.length - length, left: document.getElementById('root').childElementCount };
    }""")
    assert left == {"frames": 0, "sent": 0, "left": 0}


def test_a_destroyed_explorer_takes_no_late_numbers(page: Page, host: PlainHost) -> None:
    page.evaluate(
        """async (data) => {
          const { mount } = await import('/web/explorer/explorer.js');
          let answer;
          const fetcher = (path) => new Promise((done) => { answer ??= () => done(fetch(path)); });
          const view = mount(document.getElementById('root'), { fetcher });
          const updated = view.update(data);
          view.destroy();
          answer();
          await updated;
        }""",
        arrived(page, given(host, {})),
    )
    assert page.locator("#root").evaluate("(root) => root.childElementCount") == 0


def test_a_new_picture_without_numbers_takes_the_place_of_the_old_one(page: Page, host: PlainHost) -> None:
    page.evaluate(MOUNT, arrived(page, given(host, {"layer": 0, "head": 1, "token": 3})))
    expect(page.locator(".vx-readout").first).to_contain_text("looks most at")
    image = data_url(Image.new("RGB", (32, 32), (1, 2, 3)))
    unreachable = given(host, {}) | {"revision": 2, "url": "http://localhost:1"}
    unreachable["picture"] |= {"image": image}
    page.evaluate("(data) => window.view.update(data)", arrived(page, unreachable))
    expect(page.locator(".vx-picture img").first).to_have_attribute("src", image)
    expect(page.locator(".vx-problem")).to_contain_text(words.table()["explorer.gone"]["en"])
    expect(page.locator(".vx-readout").first).not_to_contain_text("looks most at")


def test_the_buttons_turn_the_direction_and_save_the_picture(page: Page, host: PlainHost) -> None:
    page.evaluate(MOUNT, arrived(page, given(host, {"layer": 0, "head": 1, "token": 3})))
    readout = page.locator(".vx-readout").first
    expect(readout).to_contain_text("looks most at")
    turned = page.get_by_role("button", name="is looked at by")
    turned.click()
    expect(readout).to_contain_text("is looked at most by")
    expect(turned).to_have_attribute("aria-pressed", "true")
    page.locator(".vx-more summary").click()
    for kind in ("PNG", "SVG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).click()
        assert download.value.suggested_filename == f"vitviz-vit-tiny-blocks.0-1.{kind.lower()}"

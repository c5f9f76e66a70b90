"""The HTML file from a disk with the network off: its numbers are torch's, on a screen and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import vitviz
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

pytestmark = pytest.mark.browser
FLOWER = next(sample.path for sample in SAMPLES if sample.file == "sunflower.jpg")


def traced(model: str, picture: Path = FLOWER) -> Trace:
    made = vitviz.trace(vitviz.load_model(model), picture)
    assert isinstance(made, Trace)
    return made


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    yield context
    context.close()


def opened(context: BrowserContext, path: Path) -> Page:
    """The file in a page of its own; whatever it complains of or asks for fails the test at its end."""
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.on("console", lambda message: asked.append(message.text))
    page.goto(path.as_uri())
    expect(page.locator(".vx-readout").first).to_contain_text("0.")
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    return page


def test_a_map_is_what_torch_computed(offline: BrowserContext, tmp_path: Path) -> None:
    trace = traced("vit-tiny")
    path = trace.save_html(tmp_path / "flower.html", state={"layer": 5, "head": 2, "token": 100})
    page = opened(offline, path)
    pattern = trace["blocks.5.pattern"][0, 2]  # (N, N)
    frame = page.locator(".vx-frame").first
    box = frame.bounding_box()
    assert box
    for row, column in ((2, 3), (7, 9), (13, 0)):  # the pointer, patch by patch
        page.mouse.move(
            box["x"] + (column + 0.5) * box["width"] / 14, box["y"] + (row + 0.5) * box["height"] / 14
        )
        expect(page.locator(".vx-readout").first).to_contain_text(f"({row}, {column}) looks")
        said = page.locator(".vx-readout").first.inner_text()
        weights = pattern[1 + 14 * row + column]
        best = int(weights.argmax())
        name = "cls" if best == 0 else f"({(best - 1) // 14}, {(best - 1) % 14})"
        assert f"{name} {float(weights[best]):.4g}" in said
    page.locator(".vx-more summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=".npz").click()
    saved = np.load(download.value.path())
    np.testing.assert_allclose(saved["blocks.5.head2.pattern"], pattern.numpy(), atol=1e-6)
    assert np.array_equal(saved["blocks.5.q"], trace["blocks.5.q"].numpy())


def test_the_last_step_of_a_weight_is_there_with_values_and_else_said(
    offline: BrowserContext, tmp_path: Path
) -> None:
    trace = traced("vit-test")
    for values in (True, False):
        path = trace.save_html(
            tmp_path / f"{values}.html", values=values, state={"layer": 0, "head": 1, "token": 3}
        )
        page = opened(offline, path)
        page.locator(".vx-frame").first.focus()
        page.keyboard.press("o")
        expect(page.locator(".vx-cell")).to_contain_text(
            "A v W_O" if values else "left out when this was saved"
        )


def test_rollout_is_that_of_the_library(offline: BrowserContext, tmp_path: Path) -> None:
    trace = traced("vit-tiny")
    path = trace.save_html(tmp_path / "a.html", state={"layer": 3, "head": "rollout", "token": 60})
    page = opened(offline, path)
    rolled = vitviz.analysis.rollout(trace)[60]
    best = int(rolled.argmax())
    expect(page.locator(".vx-readout").first).to_contain_text(f"{float(rolled[best]):.4g}")
    expect(page.locator(".vx-picture .vx-title").first).to_contain_text("rollout, layers 0 to 11")
    expect(page.get_by_label("rollout from layer")).to_be_hidden()  # there is no other in the file


def test_two_models_stand_side_by_side(offline: BrowserContext, tmp_path: Path) -> None:
    path = traced("vit-test").save_html(tmp_path / "two.html", beside=traced("swin-test"))
    page = opened(offline, path)
    expect(page.locator(".vx-picture:visible")).to_have_count(2)
    expect(page.locator("h1")).to_contain_text("beside it two in a Swin for tests")


def test_heads_that_were_left_out_cannot_be_chosen_and_are_said(
    offline: BrowserContext, tmp_path: Path
) -> None:
    trace = traced("vit-tiny")
    path = trace.save_html(tmp_path / "a.html", heads=[(3, 1), (3, 2), (8, 0)], precision=12)
    page = opened(offline, path)
    enabled = page.locator(".vx-toolbar > .vx-field select option:not([disabled])")
    assert enabled.all_inner_texts() == ["head 1", "head 2"]
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    expect(page.locator(".vx-readout").first).to_contain_text("left out when this was saved")
    expect(page.locator("#about")).to_contain_text("rounded to 12 of the 23 bits")


def test_it_changes_its_language_and_keeps_what_was_chosen(offline: BrowserContext, tmp_path: Path) -> None:
    path = traced("vit-test").save_html(tmp_path / "a.html", state={"layer": 1, "head": 0, "token": 4})
    page = opened(offline, path)
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("]")
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".vx-picture .vx-title").first).to_have_text("blocks.1 \u00b7 头 1")
    expect(page.locator("#lead")).to_contain_text("每张小图是一个头")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_on_a_phone_in_the_colours_of_its_system(
    browser: Browser, tmp_path: Path, scheme: str
) -> None:
    path = traced("vit-test").save_html(tmp_path / "a.html")
    context = browser.new_context(
        offline=True,
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        has_touch=True,
        is_mobile=True,
    )
    page = opened(context, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 20, 22)")
    page.locator(".vx-frame").first.tap(position={"x": 20, "y": 20})
    expect(page.locator(".vx-readout").first).to_contain_text("(0, 0) looks most at")
    context.close()


DRAWN = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, at) => at % 4 === 3 && value > 0);
}"""


@pytest.mark.parametrize("file", ["two_models.html", "edit.html"])
def test_works_of_the_gallery_open_and_their_small_maps_come_to_rest(
    offline: BrowserContext, file: str
) -> None:
    page = opened(offline, Path(__file__).parents[2] / "docs" / "gallery" / file)
    page.wait_for_timeout(500)
    changes = page.evaluate("""async () => {
      let changes = 0;
      const watch = new MutationObserver(() => { changes += 1; });
      watch.observe(document.querySelector('.vx-atlas'), { attributes: true });
      await new Promise((done) => setTimeout(done, 300));
      return changes;
    }""")
    assert changes == 0  # a layout that follows from its own result would go on for ever
    assert page.locator(".vx-atlas").evaluate(DRAWN)

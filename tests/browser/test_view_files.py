"""The other views as files from a disk with the network off: drawn, torch's numbers, a choice that stays, a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import vitviz
from tests.browser.test_html_file import DRAWN, FLOWER
from vitviz.tracing.norms import norm_statistics
from vitviz.tracing.trace import Trace

pytestmark = pytest.mark.browser
MODELS = {"norms": "vit-tiny", "lens": "vit-tiny", "class_maps": "vit-tiny", "shift": "swin-mini"}
FIRST = {"norms": ".vd canvas", "lens": ".vl-maps canvas", "class_maps": ".cm canvas", "shift": ".vs canvas"}


@pytest.fixture(scope="module")
def traces() -> dict[str, Trace]:
    made = {name: vitviz.trace(vitviz.load_model(name), FLOWER) for name in set(MODELS.values())}
    return {name: trace for name, trace in made.items() if isinstance(trace, Trace)}


@pytest.fixture(scope="module")
def files(traces: dict[str, Trace], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("views")
    return {
        view: traces[model].save_html(folder / f"{view}.html", view=view) for view, model in MODELS.items()
    }


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 1200})
    yield context
    context.close()


def opened(context: BrowserContext, path: Path, view: str) -> Page:
    """The file in a page of its own, which asks for nothing else and complains of nothing."""
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.on("console", lambda message: asked.append(message.text))
    page.goto(path.as_uri())
    expect(page.locator(FIRST[view]).first).to_be_visible()
    if view in ("norms", "lens"):
        expect(page.locator(".vc-frame svg.main-svg").first).to_be_visible()  # plotly came with the file
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    return page


@pytest.mark.parametrize("view", list(MODELS))
def test_a_view_is_drawn_without_a_network(
    offline: BrowserContext, files: dict[str, Path], view: str
) -> None:
    page = opened(offline, files[view], view)
    page.wait_for_timeout(200)
    assert page.locator(FIRST[view]).first.evaluate(DRAWN)
    page.get_by_role("button", name="中文").click()
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert page.locator(FIRST[view]).first.evaluate(DRAWN)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", list(MODELS))
def test_a_view_fits_a_phone(browser: Browser, files: dict[str, Path], view: str, scheme: str) -> None:
    context = browser.new_context(
        offline=True,
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        has_touch=True,
        is_mobile=True,
    )
    page = context.new_page()
    page.goto(files[view].as_uri())
    expect(page.locator(FIRST[view]).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 20, 22)")
    context.close()


def test_a_place_of_the_lens_stays_in_the_other_language(
    offline: BrowserContext, files: dict[str, Path], traces: dict[str, Trace]
) -> None:
    trace = traces["vit-tiny"]
    page = opened(offline, files["lens"], "lens")
    page.locator(".vl").focus()
    page.keyboard.press("PageUp")
    read = trace.network.head(trace.network.norm(trace["blocks.10.resid_post"]))[0, 0]  # (K,)
    p = float(read.softmax(dim=-1)[trace.class_names.index("sunflower")])
    expect(page.locator(".vl-read")).to_contain_text(f"{p:.4f}")
    page.wait_for_timeout(300)  # held keys are sent where they stop
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".vl-read")).to_contain_text(f"{p:.4f}")


def test_a_layer_norm_says_what_torch_says(
    offline: BrowserContext, files: dict[str, Path], traces: dict[str, Trace]
) -> None:
    page = opened(offline, files["norms"], "norms")
    first = norm_statistics(traces["vit-tiny"])[0]
    expect(page.locator(".vd")).to_contain_text(f"{float(first.norm[1 + 7 * 14 + 7]):.3f}")


def test_another_block_and_window_of_the_shift_lab_come_from_the_file(
    offline: BrowserContext, files: dict[str, Path]
) -> None:
    page = opened(offline, files["shift"], "shift")
    expect(page.get_by_label("window M")).to_be_hidden()  # nobody computes another one
    page.locator(".vs select").first.select_option("layers.0.blocks.1")
    expect(page.locator(".vs")).to_contain_text("56 x 56")
    page.locator(".vs select").first.select_option("layers.2.blocks.1")
    expect(page.locator(".vs")).to_contain_text("14 x 14")

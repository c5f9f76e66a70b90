"""The segmentation page in a browser: what its switches and a moved thing change is what torch computes anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import count_messages, numbers, point
from vitviz.analysis.segmentation.answer import judge, painted
from vitviz.app.topics.segmentation.run import network
from vitviz.probe import Probe, no_probe
from vitviz.tracing.edits import patch_from, set_tensor
from vitviz.tracing.trace import run_trace
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene_text import from_text
from vitviz.zoo.scene_models import page_pixels

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SCENE, OTHER = "4", "9"


def expected(text: str, change: Probe = no_probe) -> list[float]:
    """Mean IoU, right pixels at edges, right outlines, right names."""
    page = draw(from_text(text), 96)
    run = run_trace(network(), page_pixels(page), intervention=change)
    found = judge(painted(run["logits"])[0], page.classes, 7)
    return [found.mean_iou, found.edges, found.outline, found.named]


def chosen(page: Page) -> list[float]:
    """The figures of the chosen row, without what is said of the change."""
    cells = page.locator(".sg-table tr.sg-current td.vv-mono")
    return [numbers(text)[0] for text in cells.all_inner_texts()]


def switch(page: Page, skip: int, source: int) -> Locator:
    return page.locator(".sg-switch").nth(skip).get_by_role("button").nth(source)


def test_switches_paint_what_edited_runs_do(visit: Visit) -> None:
    page = visit(
        "segmentation", query=f"?segmentation.section=skips&scene={SCENE}&segmentation.other={OTHER}"
    )
    expect(page.locator(".sg-table tr.sg-current")).to_contain_text("untouched")
    assert chosen(page) == pytest.approx(expected(SCENE), abs=2e-3)
    count_messages(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    board = page.locator(".sg-stage canvas").first
    point(page, board, 20.5 / 96, 70.5 / 96)
    expect(page.locator(".sg-readout")).to_contain_text("pixel (row 70, column 20)")
    assert page.evaluate("window.sent.length") == 0
    assert not [url for url in asked if ".bin" in url]
    switch(page, 1, 1).click()  # computed already with the other single switches
    expect(page.locator(".sg-table tr.sg-current")).to_contain_text("skip.1 off")
    assert chosen(page) == pytest.approx(expected(SCENE, set_tensor("skip.1", 0.0)), abs=2e-3)
    switch(page, 0, 2).click()
    expect(page.locator(".sg-table tr.sg-current")).to_contain_text("as switched")
    other = run_trace(network(), page_pixels(draw(from_text(OTHER), 96)))
    edit = set_tensor("skip.1", 0.0) + patch_from(other, "skip.0")
    assert chosen(page) == pytest.approx(expected(SCENE, edit), abs=2e-3)
    assert any("switches=210" in url for url in asked)
    settle(page)
    assert "segmentation.switches=210" in page.url
    page.reload()
    expect(page.locator(".sg-table tr.sg-current")).to_contain_text("as switched")
    assert chosen(page) == pytest.approx(expected(SCENE, edit), abs=2e-3)


def test_a_moved_thing_is_painted_anew_without_the_page(visit: Visit) -> None:
    page = visit("segmentation", query=f"?scene={SCENE}")
    live = page.locator(".vsc")
    expect(live).to_have_attribute("data-answered", SCENE)
    page.locator(".vsc-frame").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(live).not_to_have_attribute("data-answered", SCENE)
    text = live.get_attribute("data-answered") or ""
    shown = [numbers(text)[0] for text in page.locator(".sg-number b").all_inner_texts()]
    assert shown[1:] == pytest.approx(expected(text)[:2], abs=2e-3)
    settle(page)
    assert f"scene={text}" in page.url
    point(page, page.locator(".sg-stage canvas").nth(1), 0.5 / 96, 95.5 / 96)
    expect(page.locator(".sg-readout")).to_contain_text("pixel (row 95, column 0)")

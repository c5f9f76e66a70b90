"""The address follows what a person does; Back, reload and a copied link bring back what was seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_pages import go
from tests.browser.conftest import Visit, settle

pytestmark = pytest.mark.browser
# One that every browser gives a page.
CLIPBOARD = """Object.defineProperty(navigator, 'clipboard', {
  value: { writeText: async (text) => { window.copied = text; } } })"""


def entries(page: Page) -> int:
    """How many entries the history of the page has."""
    return int(page.evaluate("history.length"))


def test_one_back_returns_to_the_page_before_as_it_was(visit: Visit) -> None:
    page = visit("stream")
    expect(page.get_by_role("button", name="Copy link to this view")).to_be_visible()
    slider = page.locator("[data-testid=stSlider] :is(input[type=range], [role=slider])").first
    before = entries(page)
    slider.press("ArrowRight")
    page.wait_for_function("location.search.includes('block=7')")
    settle(page)
    page.locator(".vv-frame").first.click(position={"x": 8, "y": 8})
    page.wait_for_function("location.search.includes('token=1')")
    settle(page)
    assert entries(page) == before
    go(page, "attention")
    expect(page.locator(".vx-readout").first).to_contain_text("(0, 0) looks most at")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('token=2')")
    settle(page)
    assert entries(page) == before + 1
    page.go_back()
    page.wait_for_url(re.compile("/stream[?].*block=7"))
    settle(page)
    expect(page.locator("h1").first).to_have_text("Residual stream")
    expect(page.locator("[data-testid=stSlider]").first).to_contain_text("blocks.7")
    expect(page.locator("[data-testid=stMain]")).to_contain_text("token 1")
    page.go_forward()
    page.wait_for_function("location.search.includes('token=2')")
    settle(page)
    expect(page.locator(".vx-readout").first).to_contain_text("(0, 1) looks most at")


def test_a_copied_link_opens_the_view_elsewhere(visit: Visit) -> None:
    page = visit("position", query="?model=deit-ti16&position.part=changed&picture=cat.jpg")
    page.get_by_role("radio", name="中文").click()
    settle(page)
    page.wait_for_function("location.search.includes('lang=zh')")
    page.evaluate(CLIPBOARD)
    page.get_by_role("button", name="复制此视图的链接").click()
    page.wait_for_function("window.copied")
    link = str(page.evaluate("copied"))
    assert link == page.url
    other = visit("position", query="?" + link.partition("?")[2])
    expect(other.get_by_role("radio", checked=True).filter(has_text="打乱")).to_have_count(1)


def test_a_link_that_is_not_understood_is_said(visit: Visit) -> None:
    page = visit("stream", query="?model=nothing&block=x")
    toasts = page.get_by_test_id("stToast")
    expect(toasts.filter(has_text="model = nothing")).to_have_count(1)
    expect(toasts.filter(has_text="block = x")).to_have_count(1)


def test_a_link_from_before_a_page_was_split_leads_on(visit: Visit) -> None:
    page = visit("stream", query="?model=vit-tiny&stream.unit=7&stream.block=3")
    page.wait_for_url(re.compile("/mlp[?].*mlp.unit=7"))
    settle(page)
    expect(page.locator("[data-testid=stMain]")).to_contain_text("Hidden unit 7 of")
    expect(page.locator("[data-testid=stSlider]").first).to_contain_text("blocks.3")

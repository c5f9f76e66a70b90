"""The path in a browser: step by step, every step whole on one screen, a guess by a click, and the way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, settle
from vitviz.app.pages import PLACES, address_of
from vitviz.app.words import table

pytestmark = pytest.mark.browser
STEPS = [address_of(topic) for topic in PLACES["path"]]


def height(page: Page) -> int:
    found: int = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    return found


def test_the_path_is_walked_by_next_and_back(visit: Visit) -> None:
    page = visit()
    for number, path in enumerate(STEPS):
        expect(page).to_have_url(re.compile(rf"/{path}(\?.*)?$"))
        expect(page.locator(".st-key-path-turn")).to_contain_text(f"{number} / 9")
        expect(page).to_have_title(re.compile("vitviz"))
        show = page.get_by_text(table()["path.show"]["en"], exact=True)
        if show.count():
            show.click()
            settle(page)
        assert height(page) <= 800, path
        if number + 1 < len(STEPS):
            page.locator(".st-key-path-turn a").last.click()
            page.wait_for_url(re.compile(rf"/{STEPS[number + 1]}(\?.*)?$"))
            settle(page)
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/{STEPS[-2]}(\?.*)?$"))
    settle(page)
    page.locator(".st-key-nav-places a").nth(1).click()
    expect(page.locator(".st-key-nav-here")).to_have_text("Explore")
    settle(page)


def test_a_guess_is_a_click_on_the_picture(visit: Visit) -> None:
    page = visit("path-weights")
    guess = page.locator(".vv-frame").nth(1)
    box = guess.bounding_box()
    assert box is not None
    guess.click(position={"x": box["width"] * 0.1, "y": box["height"] * 0.1})
    question = page.locator(".st-key-path-question")
    expect(question).to_contain_text("patch (1, 1)")
    expect(question).to_contain_text("of 197")
    settle(page)
    expect(page).to_have_url(re.compile(r"path\.key=16"))
    page.reload()
    settle(page)
    expect(page.locator(".st-key-path-question")).to_contain_text("patch (1, 1)")


def test_a_link_to_the_first_page_of_before_leads_to_shapes_and_code(visit: Visit) -> None:
    page = visit(query="?overview.step=blocks.5")
    expect(page).to_have_url(re.compile(r"/overview\?.*overview\.step=blocks\.5"))
    expect(page.locator("h1")).to_be_visible()
    settle(page)

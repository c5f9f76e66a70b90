"""The app's pages and what they are made of, for the tests that go through all of them."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle
from vitviz.app.pages import PLACES, TOPICS, address_of

PATHS = [address_of(topic) for topic in TOPICS]
# Pages that show one of several things at a time, and how many there are.
SECTIONS = {
    "position": 4,
    "interventions": 3,
    "likeness": 2,
    "atlas": 3,
    "norm-lab": 4,
    "swin-reach": 4,
    "detection": 5,
    "segmentation": 7,
    "training": 3,
    "families": 4,
    "translation": 2,
    "text": 8,
    "recommendation": 4,
}


def sections(path: str) -> range:
    """The numbers of a page's sections: one, where a page shows everything at once."""
    return range(SECTIONS.get(path, 1))


def open_section(page: Page, path: str, number: int) -> None:
    """Choose a section of the page ``path``, which is open."""
    if path in SECTIONS:
        choices = page.locator("[data-testid=stMain] [data-testid=stButtonGroup]").first.get_by_role("radio")
        expect(choices).to_have_count(SECTIONS[path])
        if choices.nth(number).get_attribute("aria-checked") != "true":
            choices.nth(number).click()
            settle(page)


def go(page: Page, path: str) -> None:
    """Follow the navigation to a page of the same session: first to its place, where that is another one."""
    place = next(topics for topics in PLACES.values() if path in map(address_of, topics))
    link = _link(page, "nav-pages", path)
    if not link.count():
        _follow(page, _link(page, "nav-places", address_of(place[0])), address_of(place[0]))
    _follow(page, link, path)


def _link(page: Page, where: str, path: str) -> Locator:
    """The link to a page, whose address may be a relative one."""
    return page.locator(f".st-key-{where} a[href='{path}'], .st-key-{where} a[href$='/{path}']")


def _follow(page: Page, link: Locator, path: str) -> None:
    link.click()
    page.wait_for_url(re.compile(rf"//[^?]*/{path}(\?.*)?$"))
    settle(page)


def check(page: Page) -> None:
    """Nothing of the page that is open failed, and nothing is wider than the page: a phone must not scroll sideways."""
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth + 1")

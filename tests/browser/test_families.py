"""The families page in the app: one word is pointed at in three squares, chosen by keyboard, and nothing is asked."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import frames, settle
from tests.browser.pointer import count_messages

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_a_word_is_followed_through_three_masks(visit: Visit) -> None:
    page = visit("families")
    readings = page.locator(".vf-reading")
    expect(readings.nth(0)).to_contain_text("house sees 12 of 12; 12 of 12 see it")
    expect(readings.nth(1)).to_contain_text("house sees 5 of 12; 8 of 12 see it")
    page.locator(".vf-models").focus()
    page.keyboard.press("ArrowRight")
    expect(readings.nth(1)).to_contain_text("next sees 6 of 12; 7 of 12 see it")
    page.get_by_role("button", name="mask alone").click()
    expect(page.locator(".vf-note").nth(1)).to_have_text("gpt-mini: 78 of 12 x 12 pairs may look")
    settle(page)
    query = parse_qs(urlsplit(page.url).query)
    assert (query["families.token"], query["families.head"]) == (["5"], ["-1"])
    count_messages(page)
    page.locator(".vf-model").nth(2).locator(".vf-rows span").nth(14).hover()
    frames(page, 3)
    expect(readings.nth(2)).to_contain_text("的 sees 15 of 27; 13 of 27 see it")
    expect(readings.nth(0)).to_have_text("This token is another model's own.")
    assert page.evaluate("window.sent.length") == 0

"""The bars of the logit attribution page: sorted, opened, and a head on the picture."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import numbers

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_bars_are_sorted_and_opened_and_a_head_shows_its_map(visit: Visit) -> None:
    page = visit("attribution")
    rows = page.locator(".vc-table tr:not(:first-child)")
    expect(rows).not_to_have_count(0)
    before = rows.count()
    page.get_by_role("button", name="by size", exact=True).click()
    values = [abs(numbers(text)[0]) for text in page.locator(".vc-table td:nth-child(2)").all_inner_texts()]
    assert values == sorted(values, reverse=True)
    total = page.locator(".vc-table tr").last.locator("td").nth(3).inner_text()
    sums = page.get_by_role("row", name=re.compile("^sum of the"))
    assert numbers(total)[0] == pytest.approx(numbers(sums.inner_text())[-1], abs=1e-3)
    page.get_by_role("button", name="in order", exact=True).click()
    page.get_by_role("button", name="open all heads").click()
    assert rows.count() == before + 12 * 4  # 12 blocks of 3 heads and a bias
    head = page.locator(".vc-inner .vc-name", has_text="head 1").first
    head.click()
    settle(page)
    expect(page.get_by_text("What came from each token")).to_be_visible()
    name = page.locator(".vc-on .vc-name")
    expect(name).to_have_text("head 1")
    name.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".vc-name:focus")).to_have_text("head 2")

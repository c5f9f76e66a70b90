"""The norms through depth page: one cursor in strips, charts and maps, which other pages and languages keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_pages import go
from tests.browser.conftest import settle
from tests.browser.pointer import point

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_a_place_in_the_strips_is_kept_by_maps_languages_and_pages(visit: Visit) -> None:
    page = visit("norm-depth", query="?model=vit-tiny")
    readout = page.locator(".vm-read")
    lane = page.locator(".vm-lane").nth(9)
    point(page, lane, 17.5 / 197, 0.3)
    expect(readout).to_contain_text("blocks.4.ln2  token 17")
    point(page, lane, 17.5 / 197, 0.3, click=True)
    maps = page.locator(".vv-readout:not(.vv-strips-read)")
    for one in maps.all():
        expect(one).to_contain_text("token 17 = patch (1, 2)")
    settle(page)
    point(page, page.locator(".vv-frame").first, 3.5 / 14, 2.5 / 14, click=True)
    expect(readout).to_contain_text("blocks.4.ln2  token 32")
    settle(page)
    page.locator(".vd-quantity button").nth(2).click()
    page.get_by_role("radio", name="\u4e2d\u6587").click()
    expect(page.locator(".vd h2").first).to_have_text(
        "\u6240\u6709 token \u5728\u6240\u6709\u5c42\u5f52\u4e00\u5316\u5904"
    )
    settle(page)
    go(page, "layer-norm")
    expect(page.locator(".vn-at")).to_have_text("blocks.4.ln2")
    expect(page.locator(".vn-top .vv-readout").first).to_contain_text("token 32")
    page.go_back()
    expect(readout).to_contain_text("blocks.4.ln2  token 32")
    expect(page.locator(".vd-quantity button").nth(2)).to_have_attribute("aria-pressed", "true")
    settle(page)

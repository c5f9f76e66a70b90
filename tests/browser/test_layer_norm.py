"""The layer norm page: a layer norm, a token and a channel are chosen in any of its maps, and stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import point

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_a_channel_of_a_layer_norm_opens_and_stays_while_the_layer_norm_changes(visit: Visit) -> None:
    page = visit("layer-norm")
    point(page, page.locator(".vv-strips-lanes").first, 30.5 / 192, 0.5, click=True)
    expect(page.get_by_text("Channel 30, with this token's numbers")).to_be_visible()
    settle(page)
    page.locator(".vn-which input").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".vn-at")).to_have_text("blocks.0.ln2")
    expect(page.get_by_text("values through blocks.0.ln2")).to_be_visible()
    expect(page.get_by_text("Channel 30, with this token's numbers")).to_be_visible()


def test_a_token_is_chosen_in_any_map(visit: Visit) -> None:
    page = visit("layer-norm")
    point(page, page.locator(".vv-frame").nth(2), 2.5 / 14, 1.5 / 14, click=True)
    settle(page)
    for readout in page.locator(".vv-readout:not(.vv-strips-read)").all():
        expect(readout).to_contain_text("token 17 = patch (1, 2)")  # 1 cls + 14 + 2


def test_a_held_key_is_sent_once_where_it_stops(visit: Visit) -> None:
    page = visit("layer-norm")
    page.locator(".vn-which input").focus()
    for _ in range(12):
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    expect(page.locator(".vn-at")).to_have_text("blocks.6.ln1")
    expect(page.get_by_text("values through blocks.6.ln1")).to_be_visible()
    settle(page)
    expect(page.locator(".vn-at")).to_have_text("blocks.6.ln1")


def test_a_layer_norm_and_a_token_stay_in_another_language(visit: Visit) -> None:
    page = visit("layer-norm")
    page.locator(".vn-which input").fill("7")
    settle(page)
    page.get_by_role("radio", name="\u4e2d\u6587").click()
    expect(page.locator(".vn-name").first).to_have_text("\u5747\u503c \u03bc")
    expect(page.locator(".vn-at")).to_have_text("blocks.3.ln2")
    settle(page)

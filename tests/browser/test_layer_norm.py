"""The layer norm page: a layer norm, a token and a channel are chosen in any of its maps, and stay."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_pages import go
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


def test_a_token_chosen_below_is_chosen_above_and_opened(visit: Visit) -> None:
    page = visit("layer-norm")
    page.locator(".vn-which input").fill("7")
    settle(page)
    below = page.locator(".vv-frame").nth(4)  # above it are the picture and three maps
    point(page, below, 3.5 / 14, 2.5 / 14, click=True)
    expect(page.get_by_text("Token 32, its 192 values through blocks.3.ln2")).to_be_visible()
    settle(page)
    for readout in page.locator(".vn-top .vv-readout").all():
        expect(readout).to_contain_text("token 32 = patch (2, 3)")
    expect(page.locator(".vm-read")).to_contain_text("blocks.3.ln2  token 32")


def test_a_layer_norm_and_a_token_stay_in_another_language_and_on_the_way_back(visit: Visit) -> None:
    page = visit("layer-norm")
    page.locator(".vn-which input").fill("7")
    point(page, page.locator(".vm-lane").nth(9), 17.5 / 197, 0.3, click=True)
    expect(page.get_by_text("Token 17, its 192 values through blocks.4.ln2")).to_be_visible()
    page.locator(".vn-quantity button").nth(2).click()
    page.locator("[data-testid=stSidebar] button", has_text="\u4e2d\u6587").click()
    expect(page.locator(".vn h2").first).to_have_text(
        "\u6240\u6709 token \u5728\u6240\u6709\u5c42\u5f52\u4e00\u5316\u5904"
    )
    expect(page.locator(".vn-at")).to_have_text("blocks.4.ln2")
    expect(page.locator(".vm-read")).to_contain_text("blocks.4.ln2  token 17")
    settle(page)
    # Not the explorer: it keeps its state in the address, and the way back would lead through that.
    go(page, "overview")
    expect(page.locator(".vn")).to_have_count(0)
    page.go_back()
    expect(page.locator(".vm-read")).to_contain_text("blocks.4.ln2  token 17")
    expect(page.locator(".vn-at")).to_have_text("blocks.4.ln2")
    expect(page.locator(".vn-quantity button").nth(2)).to_have_attribute("aria-pressed", "true")
    settle(page)


def test_a_held_key_is_told_once_where_it_stops(visit: Visit) -> None:
    page = visit("layer-norm")
    page.locator(".vn-which input").focus()
    for _ in range(12):
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    expect(page.locator(".vn-at")).to_have_text("blocks.6.ln1")
    expect(page.get_by_text("values through blocks.6.ln1")).to_be_visible()
    settle(page)
    expect(page.locator(".vn-at")).to_have_text("blocks.6.ln1")


def test_a_place_in_the_strips_chooses_layer_norm_and_token(visit: Visit) -> None:
    page = visit("layer-norm")
    lane = page.locator(".vm-lane").nth(6)
    point(page, lane, 50.5 / 197, 0.3)
    readout = page.locator(".vm-read")
    expect(readout).to_contain_text("blocks.3.ln1 token 50")
    point(page, lane, 50.5 / 197, 0.3, click=True)
    expect(page.get_by_text(re.compile("Token 50, its 192 values through blocks.3.ln1"))).to_be_visible()

"""What the pointer reads on the patches and layer norm pages, and what a click there opens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SIDE = 16


def point(page: Page, target: Locator, across: float, down: float, click: bool = False) -> None:
    """Move to a place of an element, given as shares of its width and height."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    move = page.mouse.click if click else page.mouse.move
    move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text.replace("\u2212", "-"))]


def test_all_planes_and_the_vector_share_one_cursor(visit: Visit) -> None:
    page = visit("patches")
    green = page.locator(".vv-plane").nth(1)
    point(page, green, 5.5 / SIDE, 3.5 / SIDE)
    index = SIDE * SIDE + 3 * SIDE + 5
    readout = page.locator(".vv-planes-read")
    expect(readout).to_contain_text(f"x[{index}] = x(c 1 = G, row 3, column 5)")
    where, product, _ = readout.inner_text().split("\n")
    level, _, mean, std, x = numbers(where.split(") = ")[1])
    assert x == pytest.approx((level / 255 - mean) / std, rel=2e-3)
    left, right, result = numbers(product.split("] = ")[1])
    assert left == x
    assert result == pytest.approx(left * right, rel=3e-3)
    shown = page.locator(".vv-plane-cursor:not([hidden])")
    expect(shown).to_have_count(4)  # x, w, their product, and the flattened vector
    point(page, green, 5.5 / SIDE, 3.5 / SIDE, click=True)
    page.keyboard.press("ArrowDown")
    expect(readout).to_contain_text(f"x[{index + SIDE}] = x(c 1 = G, row 4, column 5)")


def test_a_click_on_the_token_opens_that_channel(visit: Visit) -> None:
    page = visit("patches")
    point(page, page.locator(".vv-strips-lanes"), 100.5 / 192, 0.5, click=True)
    expect(page.get_by_text("weights of output channel 100")).to_be_visible()
    settle(page)
    value = numbers(page.locator(".vv-planes-total b").inner_text())[0]
    channel, in_strip = numbers(page.locator(".vv-strips-read").inner_text())
    assert channel == 100
    assert value == pytest.approx(in_strip, rel=1e-3)


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
    page.locator("[data-testid=stTopNav] a[href$='/']").click()
    # The address changes some time after the page's parts are gone, and the way back leads from there.
    expect(page).to_have_url(re.compile(r"^[^?]*:\d+/(\?.*)?$"))
    expect(page.locator(".vn")).to_have_count(0)
    settle(page)
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

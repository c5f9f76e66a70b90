"""The planes of a patch and the token that they give: one cursor, one number opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import numbers, point

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SIDE = 16


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

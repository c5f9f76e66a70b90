"""The temperature of the class scores page, by keys, without the server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pointer import count_messages, numbers

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_the_temperature_follows_the_formula_in_the_browser(visit: Visit) -> None:
    page = visit("class-scores")
    count_messages(page)
    slider = page.locator(".vs input")
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    temperature = 10 ** (30 / 100)
    expect(page.locator(".vs output")).to_have_text(f"T = {temperature:.2f}")
    z, scaled, power, share = numbers(page.locator(".vs-table tbody tr").first.inner_text())[-4:]
    assert scaled == pytest.approx(z / temperature, rel=1e-3)
    assert power == 1  # the first class has the highest score
    formula = page.locator(".vs-formula").inner_text().split("\n")[0]
    assert numbers(formula)[-1] == pytest.approx(share, abs=1e-4)
    assert page.evaluate("window.sent.length") == 0

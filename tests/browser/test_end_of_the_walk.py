"""What the pointer and the keys read on the pages about the stream, the scores and the lens, without the server."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.test_patch_and_norm import numbers, point

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def count_messages(page: Page) -> None:
    """Count from now on what the page sends over its socket."""
    page.evaluate("""() => {
      window.sent = [];
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (...a) { window.sent.push(1); return send.apply(this, a); };
    }""")


def test_bars_are_sorted_and_opened_and_a_head_shows_its_map(visit: Visit) -> None:
    page = visit("stream")
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
    expect(page.get_by_text("shared out over the tokens")).to_be_visible()
    name = page.locator(".vc-on .vc-name")
    expect(name).to_have_text("head 1")
    name.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".vc-name:focus")).to_have_text("head 2")


def test_the_temperature_follows_the_formula_in_the_browser(visit: Visit) -> None:
    page = visit("loss")
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


def test_the_lens_reads_under_the_pointer_and_by_keys_without_the_server(visit: Visit) -> None:
    page = visit("lens")
    count_messages(page)
    readout = page.locator(".vl-read")
    expect(readout).to_contain_text("cls, z12 = blocks.11.resid_post")
    point(page, page.locator(".vl-map-holder").nth(3), 2.5 / 14, 1.5 / 14)
    expect(readout).to_contain_text("patch (1, 2), z3 = blocks.3.resid_pre")
    place, formula, _ = readout.inner_text().split("\n")
    found = re.search(r"e\^\((\S+) (\S) (\S+)\) = (\S+)$", formula)
    assert found is not None
    (z,), (size,), (p,) = numbers(found[1]), numbers(found[3]), numbers(found[4])
    lse = -size if found[2] == "+" else size
    assert p == pytest.approx(math.exp(z - lse), abs=2e-3)
    assert "patch" in place
    assert page.evaluate("window.sent.length") == 0
    page.mouse.move(5, 5)
    expect(readout).to_contain_text("cls, z12")
    page.locator(".vl").focus()
    page.keyboard.press("PageUp")
    expect(readout).to_contain_text("cls, z11 = blocks.11.resid_pre")
    page.keyboard.press("ArrowDown")
    expect(readout).to_contain_text("patch (0, 0), z11")
    page.keyboard.press("]")
    expect(page.locator(".vl-class").nth(1)).to_have_attribute("aria-pressed", "true")
    settle(page)
    expect(page.get_by_text("Token 1 of")).to_be_visible()
    expect(readout).to_contain_text("patch (0, 0), z11")
    assert page.evaluate("window.sent.length") > 0  # what is fixed is told, what is looked at is not

"""The maps of the lens, read by pointer and keys, without the server."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import count_messages, numbers, point

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


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

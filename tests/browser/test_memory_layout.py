"""The memory layout page: one cursor on two orders of the same pixels."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_memory_cell_finds_its_pixel_and_a_pixel_its_three_cells(visit: Visit) -> None:
    page = visit("memory-layout")
    readout = page.locator(".vv-memory-read")
    strips = page.locator(".vv-memory-strip")
    strips.nth(1).locator(".vv-memory-cell").nth(31).hover()  # 31 = (h 2)*12 + (w 2)*3 + (c 1)
    expect(readout).to_contain_text("x[0, 1, 2, 2] = ")
    expect(readout).to_contain_text("NCHW  0\u00b748 + 1\u00b716 + 2\u00b74 + 2\u00b71 = 26   byte 104")
    expect(readout).to_contain_text("NHWC  0\u00b748 + 1\u00b71 + 2\u00b712 + 2\u00b73 = 31   byte 124")
    expect(page.locator(".vv-memory-pixel.vv-marked")).to_have_text("2,2")
    page.locator(".vv-memory-pixel").nth(7).hover()  # h 1, w 3
    expect(readout).to_contain_text("NCHW  R 7   G 23   B 39   apart by 64 B")
    expect(readout).to_contain_text("NHWC  R 21   G 22   B 23   apart by 4 B")
    expect(strips.nth(0).locator(".vv-marked")).to_have_count(3)
    page.locator(".vv-memory").focus()
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("x[0, 1, 1, 3] = ")  # one further in NHWC: the next channel
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("x[0, 1, 2, 0] = ")  # one further in NCHW: the next pixel

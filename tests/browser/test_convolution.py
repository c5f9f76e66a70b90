"""What the pointer and the keys read on the convolution page, against the arithmetic on paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
CELL = (25, 15)  # CSS pixels of an entry of an index array


def point(page: Page, target: Locator, x: float, y: float) -> None:
    """Move to a place of an element, in CSS pixels from its corner."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x, box["y"] + y)


def test_an_entry_of_an_index_array_finds_its_pixel(visit: Visit) -> None:
    page = visit("convolution")
    arrays = page.locator(".vv-positions-array canvas")
    expect(arrays).to_have_count(4)
    # Row 7 of 12: channel 1, the kernel's second row and second column; landing 5 of 9: row 1, column 2.
    point(page, arrays.nth(1), 5.5 * CELL[0], 7.5 * CELL[1])
    readout = page.locator(".vv-positions-read")
    expect(readout).to_contain_text("n = 5  (row 1, column 2), entry 7:  k = 1 (G)")
    expect(readout).to_contain_text("i = 1\u00b71 + 2\u00b71 = 3   j = 1\u00b71 + 2\u00b72 = 5")
    expect(readout).to_contain_text("x[1, 3, 5] = ")
    expect(page.locator(".vv-picked")).to_have_class("vv-picked vv-picked-1")
    picked = page.locator(".vv-picked")
    assert (picked.get_attribute("x"), picked.get_attribute("y")) == ("5.2", "3.2")


def test_arrow_keys_move_the_kernel_and_with_shift_the_entry(visit: Visit) -> None:
    page = visit("convolution")
    page.locator(".vv-positions").focus()
    page.keyboard.press("ArrowRight")  # from the middle of 3 x 3
    expect(page.locator(".vv-positions-read")).to_contain_text("n = 5")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".vv-positions-read")).to_contain_text("n = 2  (row 0, column 2)")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".vv-positions-read")).to_contain_text("entry 1:  k = 0 (R)")
    taps = page.locator(".vv-tap")
    assert [(tap.get_attribute("x"), tap.get_attribute("y")) for tap in taps.all()] == [
        ("4", "0"), ("5", "0"), ("4", "1"), ("5", "1"),
    ]  # fmt: skip


def test_a_filter_reads_its_weights(visit: Visit) -> None:
    page = visit("convolution")
    sheet = page.locator(".vv-filters").first
    readout = page.locator(".vv-filters-host .vv-readout").first
    sheet.scroll_into_view_if_needed()
    sheet.hover(position={"x": 2, "y": 2})
    expect(readout).to_have_text(re.compile(r"filter 0  row 0, column 0:  R \S+   G \S+   B \S+"))
    sheet.focus()
    for key in ("ArrowRight", "Shift+ArrowDown", "Shift+ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(readout).to_contain_text("filter 2  row 1, column 1:")
    page.keyboard.press("Shift+Tab")
    expect(readout).to_contain_text("Point at a filter")


def test_every_filter_is_painted_in_its_colours(visit: Visit) -> None:
    page = visit("convolution")
    sheet = page.locator(".vv-filters").first
    readout = page.locator(".vv-filters-host .vv-readout").first
    high = float(page.locator(".vv-filters-host .vv-bar span").nth(2).inner_text())
    sheet.focus()
    for key in (
        "ArrowRight",
        "ArrowRight",
        "ArrowDown",
    ):  # the middle weight of filter 0, 1, and the one below
        page.keyboard.press(key)
        expect(readout).to_contain_text("row 8, column 8:")
        told = re.findall(r"[RGB] (\S+)", readout.inner_text())
        shown = sheet.evaluate(
            """(sheet) => {
              const here = sheet.querySelector('.vv-filter-outline');
              const canvas = sheet.querySelector('canvas');
              const ratio = canvas.width / sheet.clientWidth;
              const middle = (from) => Math.floor((from + here.clientWidth * (8.5 / 16)) * ratio);
              const context = canvas.getContext('2d');
              return [...context.getImageData(middle(here.offsetLeft), middle(here.offsetTop), 1, 1).data.slice(0, 3)];
            }"""
        )
        expected = [127.5 * (1 + float(text.replace("\u2212", "-")) / high) for text in told]
        assert shown == pytest.approx(expected, abs=1)

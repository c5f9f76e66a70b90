"""The matrix product: the two orders scrubbed together, and a measurement that is stopped."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_the_two_orders_are_scrubbed_together(visit: Visit) -> None:
    page = visit("matmul")
    slider = page.locator(".vv-accesses input")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    now = page.locator(".vv-accesses-now")
    # The sixth step of each: ijk is at (0, 1, 1), ikj at i 0, k 1, j 1.
    expect(now.nth(0)).to_have_text("C[0,1] += A[0,1] \u00b7 B[1,1]")
    expect(now.nth(1)).to_have_text("C[0,1] += A[0,1] \u00b7 B[1,1]")
    counts = page.locator(".vv-accesses-count")
    expect(counts.nth(0)).to_contain_text("A 1   B 6   C 1   = 8   (in the end 72)")
    expect(counts.nth(1)).to_contain_text("A 1   B 2   C 1   = 4   (in the end 24)")
    page.keyboard.press("End")
    expect(counts.nth(0)).to_contain_text("= 72")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".vv-accesses-step")).to_contain_text(re.compile(r"step ([3-9]|\d\d) / 64"))
    page.get_by_role("button", name="Pause").click()


def test_a_measurement_can_be_stopped_and_keeps_what_it_has(visit: Visit) -> None:
    page = visit("matmul")
    start, stop = (page.locator(f".st-key-matmul-{name} button") for name in ("start", "stop"))
    start.click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    stop.click()
    settle(page)
    expect(stop).to_be_disabled()
    expect(page.get_by_text("1 ijk").first).to_be_visible()


def test_compiled_loops_are_measured_and_stopped(with_numba: None, visit: Visit) -> None:
    page = visit("matmul", query="?matmul.loops.n=1024")
    start, stop = (page.locator(f".st-key-matmul-loops-{name} button") for name in ("start", "stop"))
    start.click()
    expect(page.get_by_role("cell", name="torch, 1 thread")).to_be_visible()  # the first of them is measured
    stop.click()
    settle(page)
    expect(stop).to_be_disabled()
    expect(page.get_by_text("max |\u0394| has to stay")).to_be_visible()

"""The layer norm lab in a browser: what is read under the pointer, by keys, and what moves on the line of time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import numbers, point

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def experiment(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()
    settle(page)


def test_a_cell_of_the_block_opens_both_of_its_means(visit: Visit) -> None:
    page = visit("norm-lab")
    expect(page.locator(".vn-slab")).to_have_count(4)
    holder = page.locator(".vn-holder").first
    point(page, holder, 20.5 / 64, 10.5 / 48)
    readout = page.locator(".vn-read")
    hovered = readout.inner_text()
    point(page, holder, 20.5 / 64, 10.5 / 48, click=True)
    settle(page)
    page.mouse.move(5, 5)
    expect(readout).to_have_text(hovered)
    _, channel, token, value = numbers(hovered)
    row = page.locator(".vvt tr", has_text="\u25c2").inner_text()
    shown = numbers(row.replace("\u25c2", ""))
    assert shown[0] == channel
    assert shown[1] == pytest.approx(value, rel=1e-3)
    assert shown[2] == shown[3]
    expect(page.get_by_text(f"Picture 0, token {token:.0f}: alone, and in this batch")).to_be_visible()
    page.locator(".vn-slabs").focus()
    page.keyboard.press("ArrowDown")
    assert numbers(readout.inner_text())[1] > channel


def test_pointing_at_a_cell_shows_its_group_and_its_sum(visit: Visit) -> None:
    page = visit("norm-lab")
    experiment(page, "normalized_shape")
    page.get_by_role("radio", name="[2, 3]", exact=True).click()
    settle(page)
    point(page, page.locator(".vg-cell").nth(8), 0.5, 0.5)
    readout = page.locator(".vg-read")
    expect(readout).to_contain_text("x[1, 0, 2] = 8.000   group B: 6 numbers")
    expect(readout).to_contain_text(
        "= 8.500\n\u03c3\u00b2 = \u03a3(x \u2212 \u03bc)\u00b2 / 6 = 17.50 / 6 = 2.917"
    )
    expect(page.locator(".vg-same")).to_have_count(6)
    page.locator(".vg-blocks").focus()
    page.keyboard.press("ArrowDown")
    expect(readout).to_contain_text("x[1, 1, 2] = 11.00")


def test_a_cell_of_the_tree_is_read_under_the_pointer(visit: Visit) -> None:
    page = visit("norm-lab")
    experiment(page, "One row on a GPU")
    steps = page.locator(".vr-scroll svg > g")
    expect(steps).to_have_count(8)
    cell = steps.nth(5).locator(".vr-cell").first
    cell.hover()
    _, _, total = numbers(page.locator(".vr-read").inner_text().split("\u03a3 =")[1])
    assert numbers(cell.text_content() or "") == [total]


def test_time_goes_back_and_on_by_keys_and_play_ends_at_the_last_step(visit: Visit) -> None:
    page = visit("norm-lab")
    experiment(page, "One row on a GPU")
    scrubber = page.locator(".vr-bar input")
    scrubber.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".vr-caption")).to_contain_text("3/8")
    visible = page.locator(".vr-scroll svg > g").evaluate_all(
        "rows => rows.map((row) => row.style.visibility)"
    )
    assert visible == ["visible"] * 3 + ["hidden"] * 5
    page.get_by_role("button", name="n, mean, M2 (Chan)").click()
    expect(page.locator(".vr-read")).to_contain_text("M2 = M2")
    page.get_by_role("button", name="play").click()
    expect(page.locator(".vr-caption")).to_contain_text("8/8")

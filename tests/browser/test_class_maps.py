"""Class maps in the browser: choose one by pointer and keys, read values and curves, another class."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import numbers, point

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_a_chosen_map_is_shown_large_with_its_curves(visit: Visit) -> None:
    page = visit("class-maps")
    tiles = page.locator("button.cm-tile")
    chosen = page.locator("button.cm-tile[aria-pressed=true]")
    expect(chosen).to_contain_text("Chefer")
    readout = page.locator(".cm .vv-readout").first
    expect(readout).to_contain_text("tested maps")
    point(page, tiles.filter(has_text="Rollout").locator(".cm-holder canvas"), 0.9, 0.1)
    expect(readout).to_contain_text("Rollout row 1, column 12")
    assert 0 < numbers(readout.inner_text().split(":")[-1])[0] < 1
    tiles.filter(has_text="Rollout").click()
    settle(page)
    expect(page.get_by_role("heading", name="Rollout")).to_be_visible()
    expect(page.locator(".vc-frame").first).to_be_visible()
    assert "class_maps.method=rollout" in page.url
    chosen.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    expect(page.get_by_role("heading", name="Chefer")).to_be_visible()


def test_another_class_has_other_maps_and_the_same_control(visit: Visit) -> None:
    page = visit("class-maps?class=3")
    line = page.get_by_text("when they are put back").first
    expect(line).to_be_visible()
    before = line.inner_text()
    page.get_by_role("radio", name="logit").click()
    settle(page)
    expect(page.get_by_text("when they are put back").first).not_to_have_text(before)
    expect(page.get_by_role("heading", name="Chefer")).to_be_visible()


def test_bars_lie_on_one_scale_and_two_maps_share_a_table(visit: Visit) -> None:
    page = visit("class-maps?class_maps.beside=rollout")
    gaps = page.locator(".cm-tile .cm-gap")
    texts = [numbers(text)[-1] for text in page.locator(".cm-verdict").all_inner_texts()]
    widths = [gaps.nth(i).bounding_box()["width"] for i in range(gaps.count())]  # type: ignore[index]
    assert len(texts) == len(widths) == 7
    most = max(range(7), key=lambda i: abs(texts[i]))
    for text, width in zip(texts, widths, strict=True):
        assert abs(width / widths[most] - abs(text / texts[most])) < 0.05
    rows = page.locator("table tr").filter(has_text="Rollout")
    expect(rows.first).to_contain_text("\u25b9")
    expect(page.get_by_text("by which random orders vary").first).to_contain_text("Rollout")

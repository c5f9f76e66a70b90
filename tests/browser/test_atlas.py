"""A head of the atlas is chosen by keys or a click, and its most exciting patches stand on their pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from vitviz.analysis.atlas.shipped import shipped_atlas

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_keys_and_a_click_choose_a_head_and_its_patches_are_outlined(visit: Visit) -> None:
    page = visit("atlas")
    chart = page.locator(".vc-frame").first
    expect(chart.locator(".point").first).to_be_visible()
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What excites blocks.0, head 1 most")).to_be_visible()
    settle(page)
    atlas = shipped_atlas("vit-tiny")
    tops = atlas.head_top(0, 1)
    pictures = page.locator(".vat figure")
    expect(pictures).to_have_count(len(tops))
    for number, top in enumerate(tops):
        figure = pictures.nth(number)
        expect(figure).to_contain_text(atlas.names[top.picture])
        box = figure.locator(".vat-picture").bounding_box()
        frame = figure.locator("i.p").bounding_box()
        assert box is not None
        assert frame is not None
        row, column = divmod(top.patch, 14)
        assert (frame["x"] - box["x"]) / box["width"] == pytest.approx(column / 14, abs=0.02)
        assert (frame["y"] - box["y"]) / box["height"] == pytest.approx(row / 14, abs=0.02)
        assert figure.locator("img").evaluate("image => image.naturalWidth") == 112
    place = chart.locator(".point").nth(12).bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(page.get_by_role("heading", name="What excites blocks.4, head 0 most")).to_be_visible()
    settle(page)
    assert "block=4" in page.url

"""The overview: a stage or a line of code shows its tensor."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_choosing_a_stage_shows_its_tensor_and_its_line(visit: Visit) -> None:
    page = visit("overview")
    page.get_by_role("button", name="attention matrix").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.pattern")
    expect(page.locator(".vv-current .vv-text")).to_contain_text(".softmax(")
    expect(page.locator(".vv-facts")).to_contain_text("(1, 3, 197, 197)")
    page.locator(".vv-line", has_text="mlp_post").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.mlp_post")
    expect(page.get_by_role("button", name="FFN hidden")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="all blocks").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.11.resid_post")


def test_the_same_thing_can_be_chosen_again(visit: Visit) -> None:
    page = visit("overview")
    pattern, title = page.get_by_role("button", name="attention matrix"), page.locator(".vv-tensor h4")
    for _ in range(2):
        pattern.click()
        expect(title).to_have_text("blocks.0.pattern")
        page.locator(".vv-line", has_text="mlp_post").click()
        expect(title).to_have_text("blocks.0.mlp_post")


def test_the_chosen_line_is_in_sight_on_a_phone(visit: Visit) -> None:
    page = visit("overview", size="narrow")
    page.get_by_role("button", name="FFN hidden").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.mlp_post")
    code, line = page.locator(".vv-code").bounding_box(), page.locator(".vv-current").bounding_box()
    assert code is not None
    assert line is not None
    assert code["y"] <= line["y"] <= code["y"] + code["height"] - line["height"]

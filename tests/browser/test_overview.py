"""The overview: a stage or a line of code shows its tensor."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.pointer import point

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


def test_a_patch_is_marked_in_the_chain_and_in_the_tensor(visit: Visit) -> None:
    page = visit("overview")
    page.get_by_role("button", name="heads split").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.q")
    point(page, page.locator(".vv-frame"), 3.5 / 14, 2.5 / 14, click=True)
    token = 1 + 2 * 14 + 3
    expect(page.locator(".vv-facts .vv-at").last).to_have_text(f"[0, :, {token}]")
    expect(page.get_by_role("button", name="patches").locator(".vv-at")).to_have_text(f"[0, {token - 1}]")
    expect(page.get_by_role("button", name="logits").locator(".vv-at")).to_be_empty()
    expect(page.locator(".vv-mark")).to_have_count(3)  # one a head
    tile, mark = (page.locator(name).first.bounding_box() for name in (".vv-tile", ".vv-mark"))
    assert tile is not None
    assert mark is not None
    middle = (mark["y"] + mark["height"] / 2 - tile["y"]) / tile["height"]
    assert abs(middle - (token + 0.5) / 197) < 0.02
    page.locator(".vv-chips button").click()
    expect(page.get_by_role("button", name="+ class token").locator(".vv-at")).to_have_text("[0, 0]")
    expect(page.get_by_role("button", name="patches").locator(".vv-at")).to_be_empty()


def test_result_chain_and_tensor_are_in_sight_together(visit: Visit) -> None:
    page = visit("overview")
    for place in (".vvt", ".vv-tensor-tiles", ".vv-chain"):
        box = page.locator(place).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800, place
    code = page.locator(".vv-code").bounding_box()
    assert code is not None
    assert code["y"] < 770
    # No shape lies over its line's code, and no line is wider than the panel.
    assert page.locator(".vv-code").evaluate("""(panel) => {
      const apart = [...panel.querySelectorAll(".vv-line")].every((line) => {
        const [code, shape] = [".vv-text", ".vv-shape"].map((name) => line.querySelector(name).getBoundingClientRect());
        return code.right <= shape.left + 1 || code.bottom <= shape.top + 1;
      });
      return apart && panel.scrollWidth <= panel.clientWidth;
    }""")


def test_the_chosen_line_is_in_sight_on_a_phone(visit: Visit) -> None:
    page = visit("overview", size="narrow")
    page.get_by_role("button", name="FFN hidden").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.mlp_post")
    code, line = page.locator(".vv-code").bounding_box(), page.locator(".vv-current").bounding_box()
    assert code is not None
    assert line is not None
    assert code["y"] <= line["y"] <= code["y"] + code["height"] - line["height"]

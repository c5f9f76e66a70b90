"""A person uses the app: another picture, another step, patch and model, good and broken files."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, save, settle
from vitviz.samples import SAMPLES

pytestmark = pytest.mark.browser


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, format="PNG")
    return buffer.getvalue()


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data}]
    )
    settle(page)


def test_choosing_a_stage_shows_its_tensor_and_its_line(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="attention matrix").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.pattern")
    expect(page.locator(".vv-current .vv-text")).to_contain_text(".softmax(")
    expect(page.locator(".vv-facts")).to_contain_text("(1, 3, 197, 197)")
    page.locator(".vv-line", has_text="mlp_post").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.mlp_post")
    expect(page.get_by_role("button", name="FFN hidden")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="all blocks").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.11.resid_post")


def test_a_patch_is_chosen_by_click_and_by_keyboard_and_kept_on_other_pages(visit: Visit) -> None:
    page = visit("patches")
    frame = page.locator(".vv-frame").first
    box = frame.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 3.5 / 14, box["y"] + box["height"] * 5.5 / 14)
    readout = page.locator(".vv-readout").first
    expect(readout).to_contain_text("token 74 = patch (5, 3)")  # 1 cls + 5*14 + 3
    settle(page)
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.mouse.move(2, 2)
    settle(page)
    expect(readout).to_contain_text("token 89 = patch (6, 4)")
    page.get_by_role("link", name="Attention").click()
    settle(page)
    expect(page.locator(".vx-readout").first).to_contain_text("(6, 4) looks most at")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('token=88')")
    settle(page)
    page.get_by_role("link", name="Overview").click()
    settle(page)
    expect(page.locator(".vv-readout").first).to_contain_text("token 88 = patch (6, 3)")


def test_an_upload_becomes_the_picture(visit: Visit) -> None:
    page = visit()
    upload(page, "red <b>wide</b>.png", png(300, 100, (200, 10, 10)))
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("red <b>wide</b>.png")
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("300 x 100 px")
    expect(page.locator(".vv-chain")).to_contain_text("(1, 3, 224, 224)")
    save(page, "upload-good")


def test_a_broken_upload_gets_one_sentence_and_the_picture_stays(visit: Visit) -> None:
    page = visit("attention")
    upload(page, "broken.png", png(64, 64, (0, 0, 0))[:60])
    alert = page.locator("[data-testid=stSidebar] [role=alert]")
    expect(alert).to_be_visible()
    assert "Traceback" not in alert.inner_text()
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text(SAMPLES[0].file)
    save(page, "upload-broken")
    upload(page, "good.png", png(64, 64, (0, 90, 0)))
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("good.png")


def test_another_sample_and_another_model(visit: Visit) -> None:
    page = visit()
    page.get_by_role("combobox", name="Picture").click()
    page.get_by_role("option", name="Photographer (grey)").click()
    settle(page)
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("photographer_gray.png")
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Swin, C 48").first.click()
    settle(page)
    expect(page.locator(".vv-chain")).to_contain_text("(1, 56, 56, 48)")
    save(page, "overview-swin")


def test_the_whole_page_speaks_chinese(visit: Visit) -> None:
    page = visit()
    page.get_by_text("中文").click()
    settle(page)
    expect(page.locator("h1")).to_have_text("从像素到类别分数")
    expect(page.get_by_role("link", name="注意力")).to_be_visible()
    save(page, "overview-zh")


def test_the_same_thing_can_be_chosen_again(visit: Visit) -> None:
    page = visit()
    pattern, title = page.get_by_role("button", name="attention matrix"), page.locator(".vv-tensor h4")
    for _ in range(2):
        pattern.click()
        expect(title).to_have_text("blocks.0.pattern")
        page.locator(".vv-line", has_text="mlp_post").click()
        expect(title).to_have_text("blocks.0.mlp_post")


def test_the_chosen_line_is_in_sight_on_a_phone(visit: Visit) -> None:
    page = visit(size="narrow")
    page.get_by_role("button", name="FFN hidden").click()
    expect(page.locator(".vv-tensor h4")).to_have_text("blocks.0.mlp_post")
    code, line = page.locator(".vv-code").bounding_box(), page.locator(".vv-current").bounding_box()
    assert code is not None
    assert line is not None
    assert code["y"] <= line["y"] <= code["y"] + code["height"] - line["height"]


def test_a_picture_of_ones_own_is_credited_to_nobody(visit: Visit) -> None:
    page = visit()
    sidebar = page.locator("[data-testid=stSidebar]")
    expect(sidebar).to_contain_text(SAMPLES[0].credit)
    upload(page, "pizza.jpg", png(50, 50, (0, 0, 90)))
    expect(sidebar).to_contain_text("50 x 50 px")
    expect(sidebar).not_to_contain_text(SAMPLES[0].author)

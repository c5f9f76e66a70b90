"""The side bar: another picture, good and broken files, another model, another language."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit, draw_all, settle
from vitviz.app import words
from vitviz.samples import SAMPLES

pytestmark = pytest.mark.browser


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, format="PNG")
    return buffer.getvalue()


def upload(page: Page, name: str, data: bytes) -> None:
    send(page, {name: data})


def send(page: Page, files: dict[str, bytes]) -> None:
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files.items()]
    )
    settle(page)


def test_an_upload_becomes_the_picture(visit: Visit) -> None:
    page = visit("overview")
    upload(page, "red <b>wide</b>.png", png(300, 100, (200, 10, 10)))
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("red <b>wide</b>.png")
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("300 x 100 px")
    expect(page.locator(".vv-chain")).to_contain_text("(1, 3, 224, 224)")
    draw_all(page, "upload-good")


def test_a_broken_upload_gets_one_sentence_and_the_picture_stays(visit: Visit) -> None:
    page = visit("attention")
    sidebar = page.locator("[data-testid=stSidebar]")
    upload(page, "own.png", png(64, 48, (0, 0, 90)))
    expect(sidebar).to_contain_text("64 x 48 px")
    upload(page, "broken.png", png(64, 64, (0, 0, 0))[:60])
    alert = sidebar.locator("[role=alert]")
    expect(alert).to_contain_text("broken.png is not shown. This PNG is damaged")
    expect(alert).to_contain_text("The picture is still own.png.")
    expect(sidebar).to_contain_text("64 x 48 px")
    # No file stands beside another one's picture, and the refusal is said once.
    expect(page.locator("[data-testid=stFileUploaderFile]")).to_have_count(0)
    assert sidebar.inner_text().count("broken.png") == 1
    draw_all(page, "upload-broken")
    upload(page, "good.png", png(64, 64, (0, 90, 0)))
    expect(sidebar).to_contain_text("good.png")
    expect(alert).to_have_count(0)


def test_the_tray_keeps_ones_own_pictures(visit: Visit, browser: Browser) -> None:
    page = visit("attention")
    sidebar, tray = page.locator("[data-testid=stSidebar]"), page.locator(".vt-choose")
    broken = png(64, 64, (0, 0, 0))[:60]
    send(
        page,
        {"red.png": png(60, 40, (200, 0, 0)), "broken.png": broken, "blue.png": png(50, 70, (0, 0, 200))},
    )
    expect(tray).to_have_count(2)
    expect(sidebar).to_contain_text("50 x 70 px")
    expect(sidebar.locator("[role=alert]")).to_contain_text("broken.png is not shown.")
    expect(page.locator("[data-testid=stFileUploaderFile]")).to_have_count(0)
    tray.nth(0).click()
    expect(sidebar).to_contain_text("60 x 40 px")
    expect(tray.nth(0)).to_have_attribute("aria-pressed", "true")
    expect(sidebar.locator("[role=alert]")).to_have_count(0)  # said once
    settle(page)
    # The address brings it back in this browser, and in no other.
    address = page.url
    assert "picture=own." in address
    page.reload()
    settle(page)
    expect(sidebar).to_contain_text("60 x 40 px")
    stranger = browser.new_context()
    try:
        other = stranger.new_page()
        other.goto(address)
        expect(other.locator("[data-testid=stSidebar]")).to_contain_text(SAMPLES[0].file)
        expect(other.locator(".vt-choose")).to_have_count(0)
        expect(other.get_by_text(words.table()["tray.gone"]["en"])).to_be_visible()
    finally:
        stranger.close()
    page.get_by_role("button", name="Take red.png out").click()
    expect(tray).to_have_count(0)
    expect(sidebar).to_contain_text(SAMPLES[0].file)
    settle(page)


# Files that are pasted, or dropped on an element that knows nothing of files.
HAND_OVER = """([kind, files]) => {
  const data = new DataTransfer();
  for (const [name, type, bytes] of files) data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
  const place = document.querySelector("h1");
  const options = { bubbles: true, cancelable: true, composed: true, clipboardData: data, dataTransfer: data };
  if (kind === "drop") place.dispatchEvent(new DragEvent("dragover", options));
  const hint = !document.querySelector("#vv-drop").hidden;
  place.dispatchEvent(kind === "drop" ? new DragEvent("drop", options) : new ClipboardEvent("paste", options));
  return hint;
}"""


def test_pictures_are_pasted_and_dropped_anywhere(visit: Visit) -> None:
    page = visit("path-cut")
    sidebar, tray = page.locator("[data-testid=stSidebar]"), page.locator(".vt-choose")
    drop = page.locator("#vv-drop")
    expect(drop).to_be_attached()
    good = ["image.png", "image/png", list(png(60, 40, (200, 0, 0)))]
    assert page.evaluate(HAND_OVER, ["paste", [good]]) is False
    expect(sidebar).to_contain_text("60 x 40 px")
    expect(sidebar.locator(".vvc")).to_contain_text("33.3 % is cut off")
    expect(page.locator("[data-testid=stMain]")).to_contain_text("33.3 % of the picture is cut off")
    settle(page)
    # One that is no picture stays in the browser, a broken one is refused by the server: each is named once.
    broken = ["broken.png", "image/png", list(png(64, 64, (0, 0, 0))[:60])]
    other = ["square", "image/png", list(png(50, 50, (0, 0, 200)))]  # a name without an ending
    assert page.evaluate(HAND_OVER, ["drop", [["notes.txt", "text/plain", [65]], broken, other]]) is True
    expect(drop).to_be_hidden()
    expect(sidebar.locator("[role=alert]")).to_have_count(2)
    expect(sidebar.locator("[role=alert]").nth(0)).to_contain_text("notes.txt is not shown. This is not a")
    expect(sidebar.locator("[role=alert]").nth(1)).to_contain_text(
        "broken.png is not shown. This PNG is damaged"
    )
    expect(sidebar).to_contain_text("50 x 50 px")
    expect(tray).to_have_count(2)
    settle(page)
    page.evaluate(HAND_OVER, ["drop", [["notes.txt", "text/plain", [65]]]])
    expect(sidebar.locator("[role=alert]")).to_have_count(1)
    expect(sidebar.locator("[role=alert]")).to_contain_text("The picture is still square.png.")
    expect(page.locator("[data-testid=stFileUploaderFile]")).to_have_count(0)
    expect(tray).to_have_count(2)
    settle(page)


def test_a_picture_of_ones_own_is_credited_to_nobody(visit: Visit) -> None:
    page = visit()
    sidebar = page.locator("[data-testid=stSidebar]")
    expect(sidebar).to_contain_text(SAMPLES[0].credit)
    upload(page, "pizza.jpg", png(50, 50, (0, 0, 90)))
    expect(sidebar).to_contain_text("50 x 50 px")
    expect(sidebar).not_to_contain_text(SAMPLES[0].author)


def test_another_sample_and_another_model(visit: Visit) -> None:
    page = visit("overview")
    page.get_by_role("combobox", name="Picture").click()
    page.get_by_role("option", name="Photographer (grey)").click()
    settle(page)
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("photographer_gray.png")
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Swin, C 48").first.click()
    settle(page)
    expect(page.locator(".vv-chain")).to_contain_text("(1, 56, 56, 48)")
    draw_all(page, "overview-swin")


# Texts and names of the side bar and the page's head, without ours.
THEIRS = """() => [...document.querySelectorAll("[data-testid=stSidebar], [data-testid=stHeader]")]
  .flatMap((root) => [root, ...root.querySelectorAll("*")])
  .flatMap((one) => [one.getAttribute("aria-label"), one.getAttribute("placeholder"),
    ...[...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim())])
  .filter(Boolean)"""


def test_the_whole_page_speaks_chinese(visit: Visit) -> None:
    page = visit("overview")
    html, uploader = page.locator("html"), page.get_by_test_id("stFileUploader")
    expect(html).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="中文").click()
    settle(page)
    expect(page.locator("h1")).to_have_text("从像素到类别分数")
    expect(page.get_by_role("link", name="注意力").first).to_be_visible()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("向日葵")
    expect(html).to_have_attribute("lang", "zh-Hans")
    # Longer than its box, so it is written out below.
    expect(page.get_by_test_id("stSidebar")).to_contain_text("ViT-Ti/16，20 种日常事物")
    expect(uploader).to_contain_text("每个文件不超过 50MB")
    upload(page, "notes.txt", b"no picture")
    expect(uploader).to_contain_text("类型的文件。")
    english = {said["en"] for key, said in words.table().items() if key.startswith("streamlit.")}
    assert english.isdisjoint(page.evaluate(THEIRS))
    draw_all(page, "overview-zh")
    page.get_by_role("radio", name="English").click()
    settle(page)
    expect(html).to_have_attribute("lang", "en")
    expect(uploader).to_contain_text("files are not allowed.")

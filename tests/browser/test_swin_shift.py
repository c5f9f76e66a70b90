"""The shift page in a real browser: scrubbing, stepping and pointing, all without asking the server."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import draw_all, frames, settle

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
PATH = "swin-shift"


def scrub(page: Page, t: float) -> None:
    page.locator(".vs-track input").evaluate(
        "(e, t) => { e.value = t; e.dispatchEvent(new Event('input')); }", t
    )


def picture_of(page: Page) -> str:
    """The drawn map, as one long text."""
    url: str = page.locator("canvas.vs-map").evaluate("(e) => e.toDataURL()")
    return url


def listen(page: Page) -> list[object]:
    """What is sent to the server from the next load of the page on."""
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    settle(page, payloads=True)
    sent.clear()
    return sent


def cell(page: Page, i: int, j: int, size: int = 49) -> tuple[float, float]:
    """The middle of a cell of the mask, on the screen; nine pixels are the bands of the regions."""
    box = page.locator(".vs-mask > canvas").bounding_box()
    assert box is not None
    unit = (box["width"] - 9) / size
    return box["x"] + 9 + (j + 0.5) * unit, box["y"] + 9 + (i + 0.5) * unit


def frame(page: Page) -> Locator:
    return page.locator(".vs-stop[aria-pressed=true] b")


def test_scrubbing_and_pointing_ask_the_server_nothing(visit: Visit) -> None:
    page = visit(PATH)
    sent = listen(page)
    drawn, captions = set(), set()
    for t in (0, 1, 1.5, 2, 2.2, 2.4, 2.6, 2.8, 3, 4, 5, 6, 6.5, 7):
        scrub(page, t)
        frames(page)
        drawn.add(picture_of(page))
        captions.add(page.locator(".vs-caption b").inner_text())
    assert len(drawn) == 14
    assert len(captions) == 8
    scrub(page, 5)
    for j in range(0, 49, 4):
        page.mouse.move(*cell(page, 20, j))
    page.locator(".vs-controls input[type=range]").evaluate(
        "(e) => { e.value = 5; e.dispatchEvent(new Event('input')); }"
    )
    expect(page.locator(".vs-controls output")).to_have_text("5")
    assert not sent


def test_a_drawn_frame_follows_within_an_animation_frame(visit: Visit) -> None:
    page = visit(PATH)
    late = page.locator(".vs-track input").evaluate(
        """async (e) => {
          const canvas = e.getRootNode().querySelector("canvas.vs-map");
          let late = 0, before = canvas.toDataURL();
          for (let t = 2.05; t < 3; t += 0.05) {
            e.value = t;
            e.dispatchEvent(new Event("input"));
            await new Promise(requestAnimationFrame);
            const now = canvas.toDataURL();
            if (now === before) late += 1;
            before = now;
          }
          return late;
        }"""
    )
    assert late == 0


def test_it_steps_by_keyboard_and_plays_and_pauses(visit: Visit) -> None:
    page = visit(PATH)
    scrubber = page.locator(".vs-track input")
    scrubber.focus()
    for number in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        expect(frame(page)).to_have_text(str(number))
    page.keyboard.press("ArrowLeft")
    expect(frame(page)).to_have_text("3")
    page.keyboard.press("End")
    expect(frame(page)).to_have_text("8")
    page.keyboard.press("Home")
    expect(frame(page)).to_have_text("1")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="pause")).to_be_visible()
    expect(frame(page)).to_have_text("2")
    page.keyboard.press("Space")
    frames(page)
    value = scrubber.input_value()
    frames(page, 20)
    assert scrubber.input_value() == value


def test_with_reduced_motion_it_goes_from_frame_to_frame(visit: Visit) -> None:
    page = visit(PATH)
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="one step on").click()
    assert page.locator(".vs-track input").input_value() == "1"


def test_a_mask_cell_tells_its_patches_and_why_they_are_cut(visit: Visit) -> None:
    page = visit(PATH)
    scrub(page, 5)
    readout = page.locator(".vs-readout")
    # Window 3 of 14 x 14 patches rolled by 3: places 24, 20 and 0 came from (13, 13), (12, 2) and (10, 10).
    page.mouse.move(*cell(page, 24, 20))
    expect(readout).to_contain_text("q 24 = patch (13, 13), region 4")
    expect(readout).to_contain_text("k 20 = patch (12, 2), region 5")
    expect(readout).to_contain_text("mask[3, 24, 20] = \u2212100: cut")
    expect(readout).to_contain_text("1 rows and 11 columns apart")
    page.mouse.move(*cell(page, 24, 0))
    expect(readout).to_contain_text("k 0 = patch (10, 10), region 4")
    expect(readout).to_contain_text("mask[3, 24, 0] = 0: same region")
    page.locator(".vs-mask > canvas").focus()
    page.keyboard.press("ArrowDown")
    expect(readout).to_contain_text("q 25 = patch (13, 0), region 5")
    draw_all(page, "swin-shift-mask")


def test_without_the_mask_weight_leaks_and_with_it_none_does(visit: Visit) -> None:
    page = visit(PATH)
    scrub(page, 6)
    readout = page.locator(".vs-readout")

    def leak() -> float:
        found = re.search(r"query's weight, (\S+) goes", readout.inner_text())
        assert found
        return float(found.group(1).replace("\u2212", "-"))

    shares = []
    for _ in range(2):
        page.mouse.move(*cell(page, 24, 3))
        frames(page)
        shares.append(leak())
        page.locator(".vs-heads input").click()
    assert shares[0] < 1e-20
    assert shares[1] > 1e-4


def test_another_map_is_computed_and_padding_is_said(visit: Visit) -> None:
    page = visit(PATH)
    page.get_by_label("map h").fill("9")
    page.get_by_label("map h").press("Enter")
    settle(page)
    expect(page.locator(".vs-problem")).to_contain_text("up to 14 x 14")
    scrub(page, 2)
    expect(page.locator(".vs-sizes .vs-title")).to_have_text("9 windows, by size (height x width)")
    scrub(page, 0)
    map_ = page.locator("canvas.vs-map")
    box = map_.bounding_box()
    assert box is not None
    map_.hover(position={"x": box["width"] / 2, "y": box["height"] - 8})  # which the fold may hide
    expect(page.locator(".vs-readout")).to_contain_text("padding (zeros)")
    scrub(page, 6)
    expect(page.locator(".vs-readout")).to_contain_text("No attention weights here")
    page.get_by_role("button", name="the model's own").click()
    settle(page)
    expect(page.locator(".vs-problem")).to_be_empty()


def test_another_window_is_chosen_by_click_and_gets_its_weights(visit: Visit) -> None:
    page = visit(PATH)
    scrub(page, 6)
    box = page.locator("canvas.vs-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    settle(page)
    expect(page.locator(".vs-mask .vs-title")).to_contain_text("window 1")
    expect(page.locator(".vs-readout")).to_contain_text("of this query's weight")


def test_every_word_changes_with_the_language_and_the_frame_stays(visit: Visit) -> None:
    page = visit(PATH)
    scrub(page, 5)
    page.get_by_role("radio", name="中文").click()
    expect(page.locator(".vs-stop[aria-pressed=true]")).to_have_text("6掩码")
    expect(page.locator(".vs-field").first).to_contain_text("权重来自")
    expect(page.locator(".vs-mask .vs-title")).to_have_text("窗口 3 的掩码 (49, 49)；彩色边：区域")


def test_the_journey_and_the_merging_follow_the_pointer(visit: Visit) -> None:
    page = visit(PATH)
    row = page.locator(".vj-row")
    row.scroll_into_view_if_needed()
    box = page.locator(".vj-frame").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.1)
    expect(page.locator(".vj-readout")).to_contain_text("stage 0: (5, 50) window 7")
    expect(page.locator(".vj-readout")).to_contain_text("stage 3: (0, 6) window 0")
    merge = page.locator(".vsm canvas").first
    merge.scroll_into_view_if_needed()
    merge.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".vsm-readout")).to_contain_text("output (14, 15)")
    expect(page.locator(".vsm-readout")).to_contain_text("0: (28, 30)  1: (29, 30)  2: (28, 31)  3: (29, 31)")
    draw_all(page, "swin-shift-merging")

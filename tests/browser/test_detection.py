"""The detection page in the app: a dragged thing is asked about anew, a cut says what it did, hovering asks nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import frames, settle
from tests.browser.pointer import count_messages, numbers
from vitviz.models.detr import Detr
from vitviz.tracing.trace import run_trace
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import Scene
from vitviz.worlds.scene_text import from_text
from vitviz.zoo.scene_models import SCENE_MODELS, load_scene_model, page_pixels

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SCENE = "c000003h49m4fa0jc2s000000fb5j43y80jc2s0000000"  # a house and a boat
NAMES = SCENE_MODELS["detr-mini"].class_names


@pytest.fixture(scope="module")
def detr() -> Detr:
    network = load_scene_model("detr-mini").network
    assert isinstance(network, Detr)
    return network


def answered(page: Page) -> str:
    """The text of the scene whose answer is painted."""
    return str(page.locator(".vsc").get_attribute("data-answered"))


def kept(page: Page) -> str:
    """The scene in the page's address."""
    return parse_qs(urlsplit(page.url).query).get("scene", [""])[0]


def said(page: Page) -> list[str]:
    """What the list says of every query: its class and score."""
    rows = page.locator(".vd-query").all()
    return [" ".join(row.locator("span").nth(i).inner_text() for i in (1, 2)) for row in rows]


def fresh(detr: Detr, text: str) -> list[str]:
    """The same from a run of the network."""
    probabilities = detr(page_pixels(draw(from_text(text), 96))).class_logits[-1, 0].softmax(dim=-1)
    best, kind = probabilities[:, :-1].max(dim=-1)
    none = probabilities[:, -1]
    return [
        f"{NAMES[-1]} {none[q]:.2f}" if none[q] > best[q] else f"{NAMES[kind[q]]} {best[q]:.2f}"
        for q in range(12)
    ]


def thing(scene: Scene, number: int) -> tuple[float, float]:
    return scene.things[number].x, scene.things[number].y


def test_a_dragged_thing_is_asked_about_while_it_moves_and_kept_where_it_rests(
    visit: Visit, detr: Detr
) -> None:
    page = visit("detection", query=f"?scene={SCENE}&detection.query=2")
    before = answered(page)
    assert said(page) == fresh(detr, before)
    box = page.locator(".vsc-frame").bounding_box()
    assert box is not None
    x, y = thing(from_text(before), 0)
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=4)
    expect(page.locator(".vsc")).not_to_have_attribute("data-answered", before)  # the button is still down
    page.mouse.up()
    settle(page, payloads=True)
    moved = answered(page)
    assert thing(from_text(moved), 0) == pytest.approx((0.7, 0.6), abs=0.01)
    assert from_text(moved).things[1] == from_text(before).things[1]
    assert said(page) == fresh(detr, moved)
    assert kept(page) == moved
    page.locator(".vsc-frame").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    settle(page, payloads=True)
    assert [each.kind for each in from_text(answered(page)).things] == ["boat"]
    page.get_by_role("button", name="mushroom").click()
    settle(page, payloads=True)
    assert [each.kind for each in from_text(kept(page)).things] == ["boat", "mushroom"]
    assert said(page) == fresh(detr, kept(page))
    page.reload()
    expect(page.locator(".vd-query")).to_have_count(12)
    settle(page, payloads=True)
    assert said(page) == fresh(detr, kept(page))


def test_a_cut_in_layer_0_changes_nothing_and_hovering_asks_nothing(visit: Visit, detr: Detr) -> None:
    page = visit("detection", query="?detection.view=among&detection.threshold=0.05")
    found = page.locator(".vd-found")
    page.get_by_role("button", name="cut in layer 0").click()
    expect(found).to_contain_text("moved by at most 0.0 px")
    settle(page, payloads=True)
    before, after = (
        int(number) for number in re.findall(r"(\d+) (?:as trained|with the cut)", found.inner_text())
    )
    assert before == after
    page.get_by_role("button", name="cut in all").click()
    expect(found).not_to_contain_text("moved by at most 0.0 px")
    page.get_by_text("A puzzle").click()
    spread = [numbers(row)[-1] for row in page.locator(".vd-puzzle td:last-child").all_inner_texts()]
    assert spread[0] < 1e-6 < 1e-3 < min(spread[1:])
    settle(page, payloads=True)
    count_messages(page)
    page.locator(".vd-query").nth(7).hover()
    frames(page, 3)
    expect(page.locator(".vd-matrix-frame .vv-readout")).to_contain_text("Row 7")
    assert page.evaluate("window.sent.length") == 0


def test_a_finger_drags_a_thing_and_scrolls_beside_it(visit: Visit) -> None:
    page = visit("detection", size="narrow", query=f"?scene={SCENE}")
    main = page.locator("[data-testid=stMain]")
    page.locator(".vsc-frame").scroll_into_view_if_needed()
    scrolled = main.evaluate("main => main.scrollTop")
    box = page.locator(".vsc-frame").bounding_box()
    assert box is not None
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        frames(page, 3)

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        touch("touchStart", start)
        for step in range(1, 7):
            touch(
                "touchMove",
                (start[0] + (end[0] - start[0]) * step / 6, start[1] + (end[1] - start[1]) * step / 6),
            )
        touch("touchEnd")

    house = thing(from_text(SCENE), 0)
    drag(house, (0.6, 0.75))
    settle(page, payloads=True)
    assert thing(from_text(kept(page)), 0) == pytest.approx((0.6, 0.75), abs=0.02)
    assert main.evaluate("main => main.scrollTop") == scrolled
    drag((0.1, 0.9), (0.1, 0.4))  # where no thing is
    assert main.evaluate("main => main.scrollTop") > scrolled


def test_the_encoder_is_in_the_explorer_which_follows_both_pictures(visit: Visit, detr: Detr) -> None:
    page = visit("detection", query=f"?scene={SCENE}&detection.view=encoder")
    expect(page.locator(".vx-title").first).to_have_text("encoder.1 · head 0")
    trace = run_trace(detr, page_pixels(draw(from_text(SCENE), 96)))
    pattern = trace["encoder.1.pattern"][0, 0]  # (N, N)
    readout = page.locator(".vx-picture .vx-readout").first
    for frame, row, column in ((".vx-frame", 3, 8), (".vsc-frame", 10, 2)):
        box = page.locator(frame).first.bounding_box()
        assert box is not None
        page.mouse.move(
            box["x"] + (column + 0.5) / 12 * box["width"], box["y"] + (row + 0.5) / 12 * box["height"]
        )
        best = int(pattern[12 * row + column].argmax())
        expect(readout).to_contain_text(f"({row}, {column}) looks most at  ({best // 12}, {best % 12})")
    expect(page.locator(".vd-found").first).to_contain_text("99 x 99")

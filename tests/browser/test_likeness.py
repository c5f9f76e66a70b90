"""Likeness under the pointer and by keys: what is shown is what torch says, and the server is not asked."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import vitviz
from tests.browser.conftest import settle
from tests.browser.pointer import count_messages, point
from vitviz.analysis.likeness.components import components_by_depth
from vitviz.analysis.likeness.cosine import likeness
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
FIRST, OTHER = SAMPLES[0], next(sample for sample in SAMPLES if sample.file == "cat.jpg")
TWO = f"?model=vit-tiny&beside.picture={OTHER.file}&likeness.kind=keys&block=7"


def trace(sample: object = FIRST, model: str = "vit-tiny") -> Trace:
    return vitviz.trace(vitviz.load_model(model), sample.path)  # type: ignore[attr-defined]


def alike(page: Page, side: int) -> list[tuple[int, int, float]]:
    """The most alike patches that a side lists: row, column, cosine."""
    # The list is written after the frame of the pointer's move.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 40)))")
    text = page.locator(".lk-text").nth(side).inner_text().replace("\u2212", "-")
    found = re.findall(r"\((\d+), (\d+)\) (-?\d\.\d{3})", text)
    return [(int(row), int(column), float(value)) for row, column, value in found]


def frame(page: Page, side: int, pane: int) -> Locator:
    return page.locator(".lk-side").nth(side).locator(".vx-frame").nth(pane)


def listed(values: np.ndarray, own: int = -1) -> list[float]:
    """The four largest cosines of the patches of a ViT with one prefix token."""
    patches = [value for token, value in enumerate(values) if token and token != own]
    return sorted(patches, reverse=True)[:4]


def test_a_patch_under_the_pointer_is_compared_with_both_pictures_without_the_server(visit: Visit) -> None:
    page = visit("likeness", query=TWO)
    settle(page, payloads=True)
    count_messages(page)
    one, two = trace().blocks[7], trace(OTHER).blocks[7]
    for side, block, row, column in ((0, one, 4, 6), (1, two, 9, 3)):
        point(page, frame(page, side, 1), (column + 0.5) / 14, (row + 0.5) / 14)
        expect(page.locator(".lk-read")).to_contain_text(f"({row}, {column})")
        token = block.token_at(row, column)
        for at, other in enumerate((one, two)):
            expected = likeness(block, token, "keys", other=other)
            found = alike(page, at)
            own = token if at == side else -1
            assert [value for *_, value in found] == pytest.approx(listed(expected, own), abs=1.1e-3)
            for r, c, value in found:
                assert value == pytest.approx(expected[other.token_at(r, c)], abs=1.1e-3)
    assert page.evaluate("window.sent.length") == 0


def test_a_pinned_patch_reads_single_cosines_and_keys_move_it(visit: Visit) -> None:
    page = visit("likeness", query=TWO)
    settle(page, payloads=True)
    one, two = trace().blocks[7], trace(OTHER).blocks[7]
    point(page, frame(page, 0, 0), 6.5 / 14, 4.5 / 14, click=True)
    point(page, frame(page, 1, 2), 3.5 / 14, 9.5 / 14)
    readout = page.locator(".lk-read")
    expect(readout).to_contain_text("cos((4, 6), (9, 3))")
    value = float(readout.inner_text().split("= ")[1].replace("\u2212", "-"))
    expected = likeness(one, one.token_at(4, 6), "keys", other=two)[two.token_at(9, 3)]
    assert value == pytest.approx(expected, abs=6e-4)
    page.mouse.move(5, 5)
    frame(page, 0, 0).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "PageDown", "]"):
        page.keyboard.press(key)
    expect(readout).to_contain_text("token (6, 7)")
    expect(readout).to_contain_text("blocks.8 \u00b7 keys, head 0")
    settle(page, payloads=True)
    block = trace().blocks[8]
    expected = likeness(block, block.token_at(6, 7), "keys", 0)
    assert [v for *_, v in alike(page, 0)] == pytest.approx(
        listed(expected, block.token_at(6, 7)), abs=1.1e-3
    )
    address = page.url
    for part in ("block=8", f"token={block.token_at(6, 7)}", "likeness.head=0", "likeness.pinned=1"):
        assert part in address
    page.goto(address)
    settle(page)
    expect(page.locator(".lk-read")).to_contain_text("token (6, 7)")
    expect(page.locator(".lk-read")).to_contain_text("head 0")


def pixels(page: Page, side: int) -> np.ndarray:
    """The colours of the main directions as they are drawn, (14 * 14, 3)."""
    canvas = frame(page, side, 2).locator("canvas")
    data = canvas.evaluate("(c) => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)")
    return np.array(data).reshape(-1, 4)[:, :3]


def test_main_directions_are_painted_in_the_colours_of_numpy_and_stay_when_pictures_change_places(
    visit: Visit,
) -> None:
    page = visit("likeness", query=TWO)
    settle(page, payloads=True)
    found = list(components_by_depth([trace(), trace(OTHER)], "keys"))[7]
    assert found is not None
    for side in (0, 1):
        np.testing.assert_allclose(pixels(page, side), 255 * found.colours(side), atol=1.6)
    swapped = TWO.replace(OTHER.file, FIRST.file) + f"&picture={OTHER.file}"
    back = visit("likeness", query=swapped)
    settle(back, payloads=True)
    for side in (0, 1):
        np.testing.assert_allclose(pixels(back, 1 - side), pixels(page, side), atol=1.6)


def test_two_models_are_at_the_same_place_and_each_has_its_own_cosines(visit: Visit) -> None:
    page = visit("likeness", query="?model=vit-tiny&likeness.section=models&beside.model=swin-mini&block=11")
    settle(page, payloads=True)
    point(page, frame(page, 0, 1), 0.99, 0.01)
    vit, swin = trace().blocks[11], trace(model="swin-mini").blocks[-1]
    expect(page.locator(".lk-read")).to_contain_text("(0, 13)")
    expected = likeness(vit, vit.token_at(0, 13))
    assert [v for *_, v in alike(page, 0)] == pytest.approx(listed(expected, vit.token_at(0, 13)), abs=1.1e-3)
    there = likeness(swin, swin.token_at(0, 6))
    largest = sorted(np.delete(there, swin.token_at(0, 6)), reverse=True)[:4]
    assert [v for *_, v in alike(page, 1)] == pytest.approx(largest, abs=1.1e-3)
    expect(page.get_by_role("link", name="All heads of both models")).to_have_attribute(
        "href", re.compile("attention")
    )

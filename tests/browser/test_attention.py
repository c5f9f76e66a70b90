"""The attention explorer in the app: pointer, keyboard, link, theme, downloads, and silence towards the server."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, Route, expect

import vitviz
from tests.browser.conftest import draw_all, frames, settle
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
# The app runs torch on one thread, the test on as many as there are: sums in another order, through all blocks.
ROUNDING = 2e-5


@pytest.fixture(scope="module")
def vit() -> Trace:
    return vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)


def readout(page: Page) -> Locator:
    return page.locator(".vx-picture .vx-readout").first


def title(page: Page) -> Locator:
    return page.locator(".vx-picture .vx-title").first


def over(page: Page, row: float, column: float, rows: int = 14, columns: int = 14) -> None:
    box = page.locator(".vx-frame").first.bounding_box()
    assert box is not None
    page.mouse.move(
        box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows
    )


def weights(text: str) -> list[float]:
    """The numbers that stand behind places such as ``(3, 4) 0.1234``."""
    found = re.findall(r"(?:\)|cls) ([\d.]+(?:e\u2212\d+)?)", text)
    return [float(number.replace("\u2212", "-")) for number in found]


def opened(visit: Visit, query: str = "", **options: str) -> Page:
    page = visit("attention", query=query, **options)
    expect(readout(page)).to_contain_text("looks most at")
    return page


def test_the_readout_is_torchs_row(visit: Visit, vit: Trace) -> None:
    page = opened(visit, "?model=vit-tiny&layer=5&head=2&token=0")
    over(page, 3, 9)
    expect(readout(page)).to_contain_text("(3, 9) looks most at")
    row = vit["blocks.5.pattern"][0, 2, 1 + 3 * 14 + 9]
    shown = weights(readout(page).inner_text())
    torch.testing.assert_close(
        torch.tensor(shown), row.sort(descending=True).values[:4], atol=ROUNDING, rtol=1e-3
    )


def test_the_column_is_who_looks_at_the_patch(visit: Visit, vit: Trace) -> None:
    page = visit("attention", query="?model=vit-tiny&layer=3&head=1&token=43&direction=column")
    expect(readout(page)).to_contain_text("(3, 0) is looked at most by")
    column = vit["blocks.3.pattern"][0, 1, :, 43]
    shown = weights(readout(page).inner_text())
    torch.testing.assert_close(
        torch.tensor(shown), column.sort(descending=True).values[:4], atol=ROUNDING, rtol=1e-3
    )


def test_the_picture_shows_each_weight_with_its_colour(visit: Visit, vit: Trace) -> None:
    page = opened(visit, "?model=vit-tiny&layer=0&head=1&token=100&scale=token&smooth=0")
    levels = page.locator(".vx-overlay").first.evaluate(
        "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
    )
    grey = np.array(levels, dtype=float).reshape(196, 4) @ np.array([0.299, 0.587, 0.114, 0])
    row = vit["blocks.0.pattern"][0, 1, 100, 1:].numpy()
    # On the light theme a larger weight is darker; equal colours are no contradiction.
    order = np.argsort(row)
    assert (np.diff(grey[order]) <= 1e-9).all()
    assert len(set(grey)) > 5


def test_a_pinned_patch_stays_and_a_second_click_opens_the_weight(visit: Visit, vit: Trace) -> None:
    page = opened(visit, "?model=vit-tiny&layer=4&head=2&token=0")
    over(page, 5, 3)
    page.mouse.down()
    page.mouse.up()
    over(page, 6, 8)
    expect(readout(page)).to_contain_text("A[(5, 3), (6, 8)]")
    page.mouse.down()
    page.mouse.up()
    cell = page.locator(".vx-cell")
    expect(cell).to_be_visible()
    i, j = 1 + 5 * 14 + 3, 1 + 6 * 14 + 8
    weight = vit["blocks.4.pattern"][0, 2, i, j].item()
    shown = cell.locator("h4").inner_text().split(" = ")[1].replace("\u2212", "-")
    assert float(shown) == pytest.approx(weight, rel=2e-3, abs=1e-9)
    expect(cell).to_contain_text("the whole row sums to 1.000000")
    v, head = vit["blocks.4.v"][0, 2, j], slice(128, 192)
    proj = dict(vit.network.named_parameters())["blocks.4.attn.proj.weight"][:, head]
    added = (weight * v @ proj.T).norm().item()
    # Its own product comes later than the row.
    expect(cell).to_contain_text("A v W_O\u2016 = ")
    said = re.search(r"A v W_O\u2016 = ([^\s]+)", cell.inner_text())
    assert said
    assert float(said[1].replace("\u2212", "-")) == pytest.approx(added, rel=2e-3)
    draw_all(page, "explorer-cell")
    page.keyboard.press("Escape")
    expect(cell).to_be_hidden()


def test_view_and_files_closes_and_an_opened_weight_is_in_sight(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny&layer=4&head=2&token=60&pinned=1")
    more, panel = page.locator(".vx-more summary"), page.locator(".vx-panel")
    more.click()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    more.click()
    panel.get_by_role("checkbox").first.check()  # a press inside leaves it open
    expect(panel).to_be_visible()
    page.locator("h1").first.click()
    expect(panel).to_be_hidden()
    over(page, 6, 8)
    page.mouse.down()
    page.mouse.up()
    cell = page.locator(".vx-cell")
    expect(cell).to_contain_text("A v W_O")
    expect(cell.locator("h5").last).to_be_in_viewport()


def test_everything_by_keyboard(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny&layer=2&head=0&token=16")
    frame = page.locator(".vx-frame").first
    for _ in range(60):
        page.keyboard.press("Tab")
        if frame.evaluate("(element) => element.getRootNode().activeElement === element"):
            break
    else:
        raise AssertionError("Tab never reaches the picture")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(readout(page)).to_contain_text("(2, 2) looks most at")
    page.keyboard.press("PageDown")
    page.keyboard.press("]")
    expect(title(page)).to_have_text("blocks.3 \u00b7 head 1")
    for _ in range(12):  # beyond the last layer there is none
        page.keyboard.press("PageDown")
    expect(title(page)).to_have_text("blocks.11 \u00b7 head 1")
    for _ in range(8):
        page.keyboard.press("PageUp")
    page.keyboard.press("x")
    expect(readout(page)).to_contain_text("(2, 2) is looked at most by")
    page.keyboard.press("Home")
    expect(readout(page)).to_contain_text("cls is looked at most by")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowDown")
    expect(readout(page)).to_contain_text("A[cls, (0, 0)]")
    page.keyboard.press("o")
    expect(page.locator(".vx-cell")).to_be_visible()
    expect(page.locator(".vv-announcer")).to_contain_text("A[cls, (0, 0)]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".vx-cell")).to_be_hidden()


def test_the_link_restores_the_view(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny")
    page.locator(".vx-frame").first.focus()
    for key in ("PageDown", "]", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("location.search.includes('pinned=1')")
    settle(page)
    before = (title(page).inner_text(), readout(page).inner_text())
    again = visit("attention", query="?" + page.url.partition("?")[2])
    expect(title(again)).to_have_text(before[0])
    expect(readout(again)).to_have_text(before[1])
    page.reload()
    expect(readout(page)).to_have_text(before[1])


def test_looking_around_tells_the_server_nothing(visit: Visit) -> None:
    page = visit("attention")
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    expect(readout(page)).to_contain_text("looks most at")
    settle(page, payloads=True)
    sent.clear()
    texts = set()
    for step in range(28):
        over(page, step % 14, (step * 3) % 14)
        frames(page)
        texts.add(readout(page).inner_text())
    assert len(texts) >= 14
    assert not sent


def test_another_picture_and_another_model_swap_without_an_error(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_role("combobox", name="Picture", exact=True).click()
    page.get_by_role("option", name="Photographer (grey)").click()
    settle(page)
    expect(readout(page)).to_contain_text("looks most at")
    page.get_by_role("combobox", name="Model", exact=True).click()
    page.get_by_role("option", name="Swin, C 48").first.click()
    settle(page)
    expect(title(page)).to_contain_text("layers.")
    over(page, 3, 3)
    expect(readout(page)).to_contain_text("looks most at")
    draw_all(page, "explorer-swin")


def focused(page: Page) -> str:
    name: str = page.locator(".vx").evaluate("(root) => root.getRootNode().activeElement?.className ?? ''")
    return name


def test_a_windows_edge_goes_with_the_swin(visit: Visit) -> None:
    page = opened(visit, "?model=swin-mini&layer=1&token=100&pinned=1")
    edge = page.locator(".vx-window").first
    expect(edge).to_have_attribute("d", re.compile("M"))
    page.get_by_role("combobox", name="Model", exact=True).click()
    page.get_by_role("option", name="ViT").first.click()
    settle(page)
    expect(title(page)).to_contain_text("blocks.")
    expect(edge).to_have_attribute("d", "")


def test_an_opened_weight_goes_along_to_another_stage_and_gives_the_focus_back(visit: Visit) -> None:
    page = opened(visit, "?model=swin-mini&layer=1&token=100&pinned=1")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("O")
    cell = page.locator(".vx-cell h4")
    expect(cell).to_contain_text("layers.0.blocks.1 SW-MSA \u00b7 head 0: A[(1, 44), (1, 43)] = ")
    page.keyboard.press("PageDown")
    expect(cell).to_contain_text(
        "layers.1.blocks.0 W-MSA \u00b7 head 0: A[(0, 22), (0, 21)] = "
    )  # half the patches
    expect(readout(page)).to_contain_text("A[(0, 22), (0, 21)] = ")
    page.keyboard.press("Escape")
    expect(page.locator(".vx-cell")).to_be_hidden()
    expect(readout(page)).to_contain_text("(0, 22) looks most at")
    assert "vx-frame" in focused(page)
    page.keyboard.press("PageUp")
    expect(readout(page)).to_contain_text("(1, 44) looks most at")  # the very patch, not one of its four


def test_layers_that_are_on_their_way_show_no_numbers_of_another(visit: Visit) -> None:
    held: list[Route] = []
    # The context's pages do not load layer 9 until they are let.
    page = visit("patches")
    page.route("**/9.bin", lambda route: held.append(route))
    page.goto(
        page.url.partition("/patches")[0] + "/attention?model=vit-tiny&layer=8&head=1&token=40&pinned=1"
    )
    settle(page)
    expect(readout(page)).to_contain_text("looks most at")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("o")
    expect(page.locator(".vx-cell h4")).to_contain_text("blocks.8")
    page.keyboard.press("PageDown")
    expect(page.locator(".vx-cell h4")).to_have_text("loading\u2026")
    painted = "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value)"
    frames(page, 6)
    assert not page.locator(".vx-overlay").first.evaluate(painted)
    for route in held:
        route.continue_()
    expect(page.locator(".vx-cell h4")).to_contain_text("blocks.9")
    assert page.locator(".vx-overlay").first.evaluate(painted)


def test_a_hint_goes_when_the_pointer_moves_on(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny&layer=5&head=mean&token=50&pinned=1")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("o")
    expect(readout(page)).to_contain_text("choose one head")
    over(page, 2, 1)
    expect(readout(page)).to_contain_text("A[(3, 7), (2, 1)] = ")


def test_the_address_follows_another_picture(visit: Visit) -> None:
    page = opened(visit, f"?model=vit-tiny&layer=3&head=1&token={10**30}&picture={SAMPLES[0].file}")
    page.get_by_role("combobox", name="Picture", exact=True).click()
    page.get_by_role("option", name="Photographer (grey)").click()
    page.wait_for_function("location.search.includes('picture=photographer_gray.png')")


def test_two_pictures_share_one_cursor(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny&layer=3&head=1&token=0")
    second = page.get_by_role("combobox", name="beside it, another picture")
    second.scroll_into_view_if_needed()
    settle(page)
    second.click()
    second.press_sequentially("Photo")
    page.get_by_role("option", name="Photographer (grey)").click()
    settle(page)
    frames = page.locator(".vx-frame")
    expect(frames).to_have_count(2)
    expect(frames.nth(1)).to_be_visible()
    over(page, 7, 4)
    for place in (0, 1):
        box = page.locator(".vx-query").nth(place)
        expect(box).to_have_attribute("x", "4")
        expect(box).to_have_attribute("y", "7")
    draw_all(page, "explorer-two")


def test_two_models_share_one_cursor_by_its_place(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny&block=3&head=1&beside.model=swin-mini&second=0.1")
    titles = page.locator(".vx-picture .vx-title")
    expect(titles.nth(1)).to_contain_text("layers.0.blocks.0 W-MSA \u00b7 head 1 \u00b7 Swin")
    over(page, 7, 4)
    first, beside = (page.locator(".vx-query").nth(place) for place in (0, 1))
    expect(first).to_have_attribute("x", "4")
    expect(beside).to_have_attribute("x", "18")  # of 56 columns the middle of the four in column 4
    expect(beside).to_have_attribute("y", "30")
    frame = page.locator(".vx-frame").nth(1)
    box = frame.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 40.5 / 56, box["y"] + box["height"] * 3.5 / 56)
    expect(first).to_have_attribute("x", "10")
    expect(first).to_have_attribute("y", "0")
    page.get_by_role("button", name="cls").hover()
    expect(beside).to_be_hidden()  # a Swin has no such token
    draw_all(page, "explorer-two-models")


def test_the_second_pane_is_set_without_a_mouse(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny&layer=3&head=1&token=20")
    page.locator(".vx-more summary").press("Enter")
    page.get_by_label("second pane", exact=True).press("Space")
    page.get_by_label("second pane: layer").press("ArrowRight")
    page.get_by_label("second pane: head").select_option("2")
    expect(page.locator(".vx-picture .vx-title").nth(1)).to_have_text("blocks.4 \u00b7 head 2")
    expect(title(page)).to_have_text("blocks.3 \u00b7 head 1")


def test_the_files_hold_what_is_shown(visit: Visit, vit: Trace, tmp_path: Path) -> None:
    page = opened(visit, "?model=vit-tiny&layer=6&head=2&token=50")
    page.locator(".vx-more summary").click()
    for kind, beginning in (("PNG", b"\x89PNG"), ("SVG", b"<svg "), (".npz", b"PK")):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).click()
        download.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(beginning)
    assert zipfile.is_zipfile(tmp_path / ".npz")
    with np.load(tmp_path / ".npz") as file:
        arrays = {name: file[name] for name in file.files}
    pattern = next(values for name, values in arrays.items() if name.endswith("pattern"))
    expected = vit["blocks.6.pattern"][0, 2].numpy()
    np.testing.assert_allclose(pattern.reshape(expected.shape), expected, atol=ROUNDING)


def test_payloads_that_are_gone_are_asked_for_again(visit: Visit) -> None:
    page = opened(visit, "?model=vit-tiny")
    refused: list[str] = []

    def refuse_twice(route: Route) -> None:
        if len(refused) < 2:
            refused.append(route.request.url)
            route.fulfill(status=410, content_type="text/plain", body="these numbers are no longer kept")
        else:
            route.continue_()

    image = page.locator(".vx-frame img").first
    before = image.get_attribute("src") or ""
    page.route("**/*.bin", refuse_twice)
    page.get_by_role("combobox", name="Picture", exact=True).click()
    page.get_by_role("option", name="Photographer (grey)").click()
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("photographer_gray.png")
    expect(image).not_to_have_attribute("src", before)
    expect(readout(page)).to_contain_text("looks most at")
    assert len(refused) == 2

"""The Swin reach page in the app: pointer, keyboard, scrubber, the numbers, and silence while hovering."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

import vitviz
from tests.browser.conftest import draw_all, frames, settle
from vitviz.analysis.swin_reach.legal_keys import keys_of
from vitviz.analysis.swin_reach.receptive_field import growth, steps_of
from vitviz.models.swin import SwinTransformer
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def swin() -> Trace:
    return vitviz.trace(vitviz.load_model("swin-mini"), SAMPLES[0].path)


def over(page: Page, frame: Locator, row: float, column: float, rows: int, columns: int) -> None:
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    x = box["x"] + (column + 0.5) * box["width"] / columns
    page.mouse.move(x, box["y"] + (row + 0.5) * box["height"] / rows)
    frames(page, 3)


def opened(visit: Visit, topic: str = "", **options: str) -> Page:
    page = visit("swin-reach", query="?model=swin-mini", **options)
    if topic:
        page.get_by_role("radio", name=topic).click()
        settle(page)
    expect(page.locator(".wr-frame").first).to_be_visible()
    return page


def numbers(text: str) -> list[float]:
    plain = text.replace("\u2212 ", "-").replace("\u2212", "-").replace("+ ", "")
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", plain)]


def test_one_cursor_shows_the_keys_of_both_windows(visit: Visit, swin: Trace) -> None:
    page = opened(visit)
    frames, said = page.locator(".wr-frame"), page.locator(".wr-pane .wr-readout")
    grids = [swin.swin_blocks[0].grid, swin.swin_blocks[1].grid]
    for row, column in ((0, 0), (1, 30), (54, 55), (29, 31)):
        over(page, frames.first, row, column, 56, 56)
        for i, grid in enumerate(grids):
            keys = keys_of(grid, row * 56 + column)
            legal, cut = int(keys.legal.sum()), int(keys.cut.sum())
            expect(said.nth(i)).to_contain_text(f"{legal} of 49 keys legal")
            if cut:
                expect(said.nth(i)).to_contain_text(f"{cut} cut")
            else:
                expect(said.nth(i)).not_to_contain_text("cut")
    draw_all(page, "swin-reach")


def test_bright_and_dimmed_are_the_legal_and_the_other_patches(visit: Visit, swin: Trace) -> None:
    page = opened(visit)
    over(page, page.locator(".wr-frame").first, 1, 1, 56, 56)
    # The middle of every cell of the overlay: transparent where the query may look (but for lines on the border).
    alpha = (
        page.locator(".wr-frame canvas")
        .nth(1)
        .evaluate(
            """(canvas) => { const context = canvas.getContext('2d'); const size = canvas.width / 56; const found = [];
        for (let r = 0; r < 56; r++) for (let c = 0; c < 56; c++)
          found.push(context.getImageData((c + .5) * size, (r + .5) * size, 1, 1).data[3]); return found; }"""
        )
    )
    keys = keys_of(swin.swin_blocks[1].grid, 57)
    clear = {token for token in range(56 * 56) if alpha[token] < 30}
    legal = set(keys.legal.ravel().nonzero()[0].tolist())
    assert len(legal) == 9
    # Cells at the edge are partly under the outline; the query's own is under the cursor.
    assert clear <= legal
    dimmed = {token for token in range(56 * 56) if alpha[token] > 150}
    assert not dimmed & (legal - {57, 2, 58, 59, 113, 114, 115, 0, 1})
    assert len(dimmed) > 56 * 56 - 49 - 200


def test_everything_by_keyboard_and_the_block_changes_the_map(visit: Visit) -> None:
    page = opened(visit)
    frame, query = page.locator(".wr-frame").first, page.locator(".vv-announcer").first
    frame.focus()
    expect(query).to_contain_text("query (0, 0)")  # where the mask of this block cuts most
    page.keyboard.press("ArrowRight")
    expect(query).to_contain_text("query (0, 1)")
    page.keyboard.press("PageDown")
    expect(page.locator(".vv-slider-text").first).to_contain_text("1.0 W-MSA")
    expect(query).to_contain_text("query (0, 0)")
    page.keyboard.press("ArrowDown")
    expect(query).to_contain_text("query (1, 0)")
    for _ in range(9):
        page.keyboard.press("PageDown")
    expect(page.locator(".vv-slider-text").first).to_contain_text("3.1")
    expect(page.locator(".wr-pane .wr-readout").nth(1)).to_contain_text("never shifts")


@pytest.mark.parametrize("topic", ["", "Receptive field", "Scores", "ViT beside"])
def test_hovering_asks_the_server_nothing(visit: Visit, topic: str) -> None:
    page = opened(visit, topic)
    settle(page, payloads=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    frames = page.evaluate(
        """() => { window.sent = 0; const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (...a) { window.sent += 1; return send.apply(this, a); }; return 1; }"""
    )
    assert frames == 1
    texts = set()
    for row, column in ((3, 4), (40, 11), (20, 50), (55, 55), (28, 3)):
        over(page, page.locator(".wr-frame").first, row, column, 56, 56)
        settle(page)
        texts.add(page.locator(".vv-announcer").first.text_content())
    assert len(texts) >= 4, "the page followed the pointer"
    assert not asked
    assert page.evaluate("window.sent") == 0


def test_the_field_grows_as_the_masks_say(visit: Visit, swin: Trace) -> None:
    page = opened(visit, "Receptive field")
    network = swin.network
    assert isinstance(network, SwinTransformer)
    steps = steps_of(network, 56, 56)
    blocks = [at for at, step in enumerate(steps) if step.grid is not None]
    regular = [step.without_shift() for step in steps]
    patch = 28 * 56 + 28
    key = page.locator(".wr-key-item")
    depth = page.locator(".vv-slider input").first
    for number in (0, 1, 3, 5):
        depth.evaluate("(input, v) => { input.value = v; input.dispatchEvent(new Event('input')); }", number)
        for line, sizes in enumerate((growth(steps, patch), growth(regular, patch))):
            expect(key.nth(line)).to_contain_text(f"{sizes[blocks[number]]:,} / 3,136")
            expect(page.locator(".wr-pane .wr-readout").nth(line)).to_contain_text(
                f"{sizes[blocks[number]]:,} of 3,136"
            )
    draw_all(page, "swin-field")


def test_the_scrubber_goes_from_the_token_to_the_picture(visit: Visit) -> None:
    page = opened(visit, "Receptive field")
    said = page.locator(".wr-pane .wr-readout").first
    page.locator(".wr-thumb").first.click()
    expect(said).to_contain_text("1 of 3,136")
    page.locator(".wr-frame").first.focus()
    page.keyboard.press("]")
    expect(said).to_contain_text("49 of 3,136")
    page.keyboard.press("]")
    expect(said).to_contain_text("196 of 3,136")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(said).to_contain_text("1 of 3,136")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(said).to_contain_text("196 of 3,136")


def test_the_five_maps_are_torchs_scores(visit: Visit, swin: Trace) -> None:
    page = opened(visit, "Scores")
    block = swin.swin_blocks[1]
    expect(page.locator(".wr-scores .wr-wide").last).to_contain_text("1.000000")
    over(page, page.locator(".wr-frame").first, 1, 2, 56, 56)
    window, place = block.place(58)
    maps = page.locator(".wr-terms .wr-map-stage")
    values = page.locator(".wr-terms .wr-map-value")
    addends, pattern = block.window_addends(window, 0, place), block.window_pattern(window, 0, place)
    assert addends.bias is not None
    assert addends.mask is not None
    for row, column in ((0, 0), (5, 5), (6, 2)):
        over(page, maps.nth(0), row, column, 7, 7)
        key = 7 * row + column
        parts = [addends.qk[key], addends.bias[key], addends.mask[key]]
        expected = [*(float(part) for part in parts), float(sum(parts)), float(pattern[key])]
        for name, value in zip(range(5), expected, strict=True):
            shown = numbers(values.nth(name).inner_text())[0]
            # Four digits are shown; the weight of a cut key is nothing in either.
            assert shown == pytest.approx(value, rel=2e-3, abs=1e-4)
    draw_all(page, "swin-scores")


def test_all_pairs_that_share_an_entry_light_up(visit: Visit, swin: Trace) -> None:
    page = opened(visit, "Scores")
    expect(page.locator(".wr-scores .wr-wide").last).to_contain_text("1.000000")
    table, matrix = (page.locator(".wr-pairs .wr-map-stage").nth(i) for i in range(2))
    bias = swin.swin_blocks[1].module.attn.relative_position_bias_table.detach()
    # Offset (dy, dx) = (2, -3): 5 x 4 pairs of a window of 7 have it.
    over(page, table, 2 + 6, -3 + 6, 13, 13)
    entry = (2 + 6) * 13 + (-3 + 6)
    expect(page.locator(".wr-pairs .wr-mono")).to_contain_text(f"= {entry}")
    expect(page.locator(".wr-pairs .wr-map-value").nth(1)).to_contain_text("20 of 2,401")
    shown = numbers(page.locator(".wr-pairs .wr-map-value").nth(0).inner_text())[0]
    assert shown == pytest.approx(float(bias[entry, 0]), rel=2e-3)
    # Query place 10 = (1, 3), key place 24 = (3, 3): offset (-2, 0).
    over(page, matrix, 10, 24, 49, 49)
    expect(page.locator(".wr-pairs .wr-mono")).to_contain_text(
        "query (1, 3) \u2212 key (3, 3) = (\u22122, 0)"
    )
    expect(page.locator(".wr-pairs .wr-map-value").nth(1)).to_contain_text(f"{5 * 7} of 2,401")


def test_vit_and_swin_follow_one_cursor(visit: Visit, swin: Trace) -> None:
    page = opened(visit, "ViT beside")
    said = page.locator(".wr-pane .wr-readout")
    expect(said.nth(1)).to_contain_text("looks most at")
    over(page, page.locator(".wr-frame").nth(1), 9, 38, 56, 56)
    expect(said.nth(0)).to_contain_text("(2, 9) looks most at")  # 38 of 56 fine patches is 9 of 14
    expect(said.nth(1)).to_contain_text("(9, 38) looks most at")
    block = swin.swin_blocks[1]
    window, place = block.place(9 * 56 + 38)
    strongest = float(block.window_pattern(window, 0, place).max())
    assert numbers(said.nth(1).inner_text().split("most at")[1])[2] == pytest.approx(strongest, rel=2e-3)
    vit = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    row = vit["blocks.1.pattern"][0, 0, 1 + 2 * 14 + 9]
    first = said.nth(0).inner_text().split("most at")[1]
    shown = numbers(first)[0 if first.strip().startswith("cls") else 2]
    assert shown == pytest.approx(float(row.max()), rel=2e-3)
    draw_all(page, "swin-beside")

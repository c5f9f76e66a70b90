"""The similarity of positions in a real browser, without a server: its numbers, colours, pointer and keys."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.plain_host import arrived, data_url
from vitviz.analysis.position.similarity import cosine_similarities
from vitviz.app.component import colours
from vitviz.app.words import section
from vitviz.plot.colour import scale

pytestmark = pytest.mark.browser
ROWS, COLUMNS, DIM = 3, 4, 10
PREFIX = ["cls", "reg1"]
SHAPE = (len(PREFIX) + ROWS * COLUMNS, DIM)
MOUNT = """async (data) => {
const { Similarity } = await import('/app/topics/position/similarity.js');
for (const name of ['web/explorer/explorer.css', 'app/topics/position/part.css'])
  document.head.insertAdjacentHTML('beforeend', `<link rel="stylesheet" href="/${name}">`);
globalThis.chosen = [];
const root = document.getElementById('root');
root.replaceChildren();
globalThis.part = new Similarity(root, (token) => chosen.push(token));
part.update(data);
}"""


def positions() -> NDArray[np.float32]:
    """Noise for every token but the second prefix token, which has no position."""
    e = np.random.default_rng(7).normal(size=SHAPE).astype(np.float32)
    e[1] = 0
    return e


def data_of(e: NDArray[np.float32]) -> dict[str, Any]:
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 255, (30, 40, 3), np.uint8))
    return {
        "image": data_url(picture),
        "aspect": 4 / 3,
        "positions": e,
        "dim": DIM,
        "map": {"rows": ROWS, "columns": COLUMNS, "prefix": PREFIX},
        "token": 7,
        "revision": "a",
        "largest": 0.5,
        "scales": {"position": colours("position"), "activation": colours("activation")},
        "words": section("position.similarity"),
    }


@pytest.fixture
def part(page: Page) -> Page:
    page.evaluate(MOUNT, arrived(page, data_of(positions())))
    expect(page.locator(f'[data-painted="{ROWS * COLUMNS}"]')).to_be_attached()
    return page


def point(page: Page, selector: str, row: float, column: float, click: bool = False) -> None:
    """Move to a place in rows and columns of patches."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * column / COLUMNS, box["y"] + box["height"] * row / ROWS
    page.mouse.move(x, y)
    if click:
        page.mouse.click(x, y)


def readout(page: Page) -> str:
    return page.locator(".vx-picture .vv-readout").inner_text()


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace("\u2007", ""))


def test_every_cell_of_the_figure_has_its_colour(part: Page) -> None:
    expected = cosine_similarities(positions())[2:, 2:]
    table = scale("position", "light").astype(int)
    pixels = part.evaluate("""() => { const { context, tiles: { across, down, cell } } = part.figure;
        const out = [];
        for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) {
          const x = (i % 4) * across + ((j % 4) + 0.5) * cell;
          const y = Math.floor(i / 4) * down + (Math.floor(j / 4) + 0.5) * cell;
          out.push([...context.getImageData(x, y, 1, 1).data]);
        }
        return out; }""")
    got = np.array(pixels).reshape(12, 12, 4)
    level = np.round((expected + 1) * 255 / 2).clip(0, 255).astype(int)
    np.testing.assert_allclose(got[..., :3], table[level], atol=3)  # one step of the scale at a tie
    assert (got[..., 3] == 255).all()


def test_pointing_at_a_patch_shows_its_tile_and_its_numbers(part: Page) -> None:
    expected = cosine_similarities(positions())
    point(part, ".vx-picture .vx-frame", 2.5, 1.5)  # patch (2, 1) is token 11
    nearest = max((t for t in range(2, 14) if t != 11), key=lambda t: expected[11, t])
    row, column = divmod(nearest - 2, COLUMNS)
    assert readout(part).startswith(f"patch (2, 1) and patch ({row}, {column}):")
    assert number(readout(part).split()[-1]) == pytest.approx(expected[11, nearest], abs=6e-5)
    rows = [line.split("\t") for line in part.locator(".vp-table").inner_text().splitlines()]
    shown = {cells[0].strip(): number(cells[1]) for cells in rows if len(cells) > 1 and cells[1] != "\u2013"}
    assert shown["cls"] == pytest.approx(expected[11, 0], abs=6e-5)
    overlay = part.evaluate("() => [...part.values]")
    np.testing.assert_allclose(np.delete(overlay, 1), np.delete(expected[11], 1), atol=1e-12)
    part.mouse.move(2, 2)
    assert readout(part).startswith("patch (1, 1)")  # token 7, where it began
    assert part.evaluate("chosen") == []  # nobody was asked anything


def test_pointing_into_a_tile_reads_both_patches(part: Page) -> None:
    expected = cosine_similarities(positions())
    across, down = part.evaluate("""() => { const { across, down, cell, width, height } = part.figure.tiles;
        return [(3 * across + 0.5 * cell) / width, (down + 2.5 * cell) / height]; }""")
    point(part, ".vp-tiles", down * ROWS, across * COLUMNS)  # tile (1, 3), in it the cell (2, 0)
    assert readout(part).startswith("patch (1, 3) and patch (2, 0):")
    assert number(readout(part).split()[-1]) == pytest.approx(expected[9, 10], abs=6e-5)
    formula = part.locator(".vp-formula").inner_text()
    parts = [number(part) for part in re.findall(r"[\u2212]?\d+\.\d+", formula)]
    assert parts[0] / (parts[1] * parts[2]) == pytest.approx(expected[9, 10], abs=2e-3)
    assert parts[3] == pytest.approx(expected[9, 10], abs=6e-5)


def test_a_held_patch_stays_and_is_sent_to_the_host(part: Page) -> None:
    expected = cosine_similarities(positions())
    point(part, ".vx-picture .vx-frame", 0.5, 0.5, click=True)
    point(part, ".vx-picture .vx-frame", 1.5, 2.5)
    assert readout(part).startswith("patch (0, 0) and patch (1, 2):")
    assert f"{abs(expected[2, 8]):.4f}" in readout(part)
    part.wait_for_function("chosen.length === 1")
    assert part.evaluate("chosen") == [2]
    point(part, ".vx-picture .vx-frame", 0.5, 0.5, click=True)
    point(part, ".vx-picture .vx-frame", 1.5, 2.5)
    assert readout(part).startswith("patch (1, 2)")


def test_keys_do_what_the_pointer_does(part: Page) -> None:
    part.locator(".vx-picture .vx-frame").focus()
    part.keyboard.press("ArrowDown")
    assert readout(part).startswith("patch (2, 1)")
    part.keyboard.press("Enter")
    first = readout(part)
    part.keyboard.press("ArrowUp")
    assert readout(part).startswith("patch (2, 1)")
    assert readout(part) != first
    part.keyboard.press("Escape")
    part.keyboard.press("ArrowLeft")
    assert readout(part).startswith("patch (2, 0)")
    part.locator(".vp-lanes").focus()
    before = part.locator(".vp-pair .vv-readout").inner_text()
    part.keyboard.press("ArrowRight")
    assert before.startswith("channel 0:")
    assert part.locator(".vp-pair .vv-readout").inner_text().startswith("channel 1:")


def test_a_token_without_a_position_has_no_cosine(part: Page) -> None:
    part.get_by_role("button", name="reg1").hover()
    assert "no cosine" in part.locator(".vp-formula").inner_text()
    assert "\u2013" in readout(part)


def test_the_scale_says_what_it_spans(part: Page) -> None:
    bar = part.locator(".vp-tools .vv-bar")
    assert "\u22121.000" in bar.inner_text()
    part.get_by_role("button", name="largest").click()
    assert "0.5000" in bar.inner_text()
    assert part.get_by_role("button", name="largest").get_attribute("aria-pressed") == "true"

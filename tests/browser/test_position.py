"""The similarity lab in a real browser, without any server behind it: its numbers, colours, pointer and keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import save, settle
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
const { Lab } = await import('/app/topics/position/similarity.js');
document.head.insertAdjacentHTML('beforeend', '<link rel="stylesheet" href="/app/topics/position/part.css">');
globalThis.told = [];
const root = document.getElementById('root');
root.replaceChildren();
globalThis.lab = new Lab(root, (token) => told.push(token));
lab.update(data);
}"""
MATHS = """async ([values, dim, map]) => {
const { Cosines, extremes, means } = await import('/app/topics/position/cosines.js');
const cosines = new Cosines(Float32Array.from(values), dim);
const plain = (x) => (Number.isNaN(x) ? null : x);
const rows = Array.from({ length: cosines.count }, (_, i) => [...cosines.row(i, new Float64Array(cosines.count))]);
const pair = cosines.pair(3, 9);
return { rows: rows.map((row) => row.map(plain)), pair: { ...pair, shares: [...pair.shares] },
  most: extremes(rows[5], 5, 2, 3, true), least: extremes(rows[5], 5, 2, 3, false), means: means(rows[5], 5, map) };
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
        "words": section("position.lab"),
    }


@pytest.fixture
def lab(page: Page) -> Page:
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


def test_the_maths_is_numpys(page: Page) -> None:
    e = positions()
    expected = cosine_similarities(e)
    map_ = {"rows": ROWS, "columns": COLUMNS, "prefix": PREFIX}
    got = page.evaluate(MATHS, [e.ravel().tolist(), DIM, map_])
    rows = np.array(got["rows"], dtype=np.float64)  # null is NaN
    np.testing.assert_allclose(rows, expected, atol=1e-12)
    pair = got["pair"]
    assert sum(pair["shares"]) == pytest.approx(expected[3, 9], abs=1e-12)
    assert pair["dot"] == pytest.approx(float(e[3].astype(float) @ e[9].astype(float)), abs=1e-12)
    np.testing.assert_allclose(pair["lengths"], np.linalg.norm(e[[3, 9]].astype(float), axis=1), atol=1e-12)
    order = [token for token in np.argsort(-expected[5], kind="stable").tolist() if token >= 2 and token != 5]
    assert got["most"] == order[:3]
    assert got["least"] == order[::-1][:3]
    place = [(token, divmod(token - 2, COLUMNS)) for token in range(2, SHAPE[0]) if token != 5]
    row, column = divmod(3, COLUMNS)
    groups = {
        "neighbours": [t for t, (r, c) in place if abs(r - row) + abs(c - column) == 1],
        "row": [t for t, (r, c) in place if r == row],
        "column": [t for t, (r, c) in place if c == column],
        "elsewhere": [t for t, (r, c) in place if r != row and c != column],
    }
    for name, members in groups.items():
        assert got["means"][name] == pytest.approx(expected[5, members].mean(), abs=1e-12)


def test_every_cell_of_the_figure_has_its_colour(lab: Page) -> None:
    expected = cosine_similarities(positions())[2:, 2:]
    table = scale("position", "light").astype(int)
    pixels = lab.evaluate("""() => { const { canvas, context, step, cell } = lab.figure;
        const out = [];
        for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) {
          const x = (i % 4) * step[1] + ((j % 4) + 0.5) * cell;
          const y = Math.floor(i / 4) * step[0] + (Math.floor(j / 4) + 0.5) * cell;
          out.push([...context.getImageData(x, y, 1, 1).data]);
        }
        return out; }""")
    got = np.array(pixels).reshape(12, 12, 4)
    level = np.round((expected + 1) * 255 / 2).clip(0, 255).astype(int)
    np.testing.assert_allclose(got[..., :3], table[level], atol=3)  # one step of the scale at a tie
    assert (got[..., 3] == 255).all()


def test_pointing_at_a_patch_shows_its_tile_and_its_numbers(lab: Page) -> None:
    expected = cosine_similarities(positions())
    point(lab, ".vx-picture .vx-frame", 2.5, 1.5)  # patch (2, 1) is token 11
    nearest = max((t for t in range(2, 14) if t != 11), key=lambda t: expected[11, t])
    row, column = divmod(nearest - 2, COLUMNS)
    assert readout(lab).startswith(f"patch (2, 1) and patch ({row}, {column}):")
    assert number(readout(lab).split()[-1]) == pytest.approx(expected[11, nearest], abs=6e-5)
    rows = [line.split("\t") for line in lab.locator(".vp-table").inner_text().splitlines()]
    shown = {cells[0].strip(): number(cells[1]) for cells in rows if len(cells) > 1 and cells[1] != "\u2013"}
    assert shown["cls"] == pytest.approx(expected[11, 0], abs=6e-5)
    overlay = lab.evaluate("() => [...lab.values]")
    np.testing.assert_allclose(np.delete(overlay, 1), np.delete(expected[11], 1), atol=1e-12)
    lab.mouse.move(2, 2)
    assert readout(lab).startswith("patch (1, 1)")  # token 7, where it began
    assert lab.evaluate("told") == []  # nobody was asked anything


def test_pointing_into_a_tile_reads_both_patches(lab: Page) -> None:
    expected = cosine_similarities(positions())
    across, down = lab.evaluate("""() => { const { canvas, cell, step } = lab.figure;
        return [(3 * step[1] + 0.5 * cell) / canvas.width, (step[0] + 2.5 * cell) / canvas.height]; }""")
    point(lab, ".vp-tiles", down * ROWS, across * COLUMNS)  # tile (1, 3), in it the cell (2, 0)
    assert readout(lab).startswith("patch (1, 3) and patch (2, 0):")
    assert number(readout(lab).split()[-1]) == pytest.approx(expected[9, 10], abs=6e-5)
    formula = lab.locator(".vp-formula").inner_text()
    parts = [number(part) for part in re.findall(r"[\u2212]?\d+\.\d+", formula)]
    assert parts[0] / (parts[1] * parts[2]) == pytest.approx(expected[9, 10], abs=2e-3)
    assert parts[3] == pytest.approx(expected[9, 10], abs=6e-5)


def test_a_held_patch_stays_and_the_host_hears_of_it(lab: Page) -> None:
    expected = cosine_similarities(positions())
    point(lab, ".vx-picture .vx-frame", 0.5, 0.5, click=True)
    point(lab, ".vx-picture .vx-frame", 1.5, 2.5)
    assert readout(lab).startswith("patch (0, 0) and patch (1, 2):")
    assert f"{abs(expected[2, 8]):.4f}" in readout(lab)
    lab.wait_for_function("told.length === 1")
    assert lab.evaluate("told") == [2]
    point(lab, ".vx-picture .vx-frame", 0.5, 0.5, click=True)
    point(lab, ".vx-picture .vx-frame", 1.5, 2.5)
    assert readout(lab).startswith("patch (1, 2)")


def test_keys_do_what_the_pointer_does(lab: Page) -> None:
    lab.locator(".vx-picture .vx-frame").focus()
    lab.keyboard.press("ArrowDown")
    assert readout(lab).startswith("patch (2, 1)")
    lab.keyboard.press("Enter")
    first = readout(lab)
    lab.keyboard.press("ArrowUp")
    assert readout(lab).startswith("patch (2, 1)")
    assert readout(lab) != first
    lab.keyboard.press("Escape")
    lab.keyboard.press("ArrowLeft")
    assert readout(lab).startswith("patch (2, 0)")
    lab.locator(".vp-lanes").focus()
    before = lab.locator(".vp-pair .vv-readout").inner_text()
    lab.keyboard.press("ArrowRight")
    assert before.startswith("channel 0:")
    assert lab.locator(".vp-pair .vv-readout").inner_text().startswith("channel 1:")


def test_a_token_without_a_position_has_no_cosine(lab: Page) -> None:
    lab.get_by_role("button", name="reg1").hover()
    assert "no cosine" in lab.locator(".vp-formula").inner_text()
    assert "\u2013" in readout(lab)


def test_the_scale_says_what_it_spans(lab: Page) -> None:
    bar = lab.locator(".vp-tools .vv-bar")
    assert "\u22121.000" in bar.inner_text()
    lab.get_by_role("button", name="largest").click()
    assert "0.5000" in bar.inner_text()
    assert lab.get_by_role("button", name="largest").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize(("theme", "size"), [("light", "wide"), ("dark", "narrow")])
def test_every_part_of_the_page_opens(visit: Callable[..., Page], theme: str, size: str) -> None:
    page = visit("position", theme=theme, size=size)
    for number_, name in enumerate(("sequence", "similarity", "size", "changed"), 1):
        page.get_by_role("radio", name=re.compile(f"^{number_} ")).click()
        settle(page)
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        save(page, f"position-{name}-{theme}-{size}")

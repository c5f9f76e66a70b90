"""Layer norms without a model, and what the tests of the two parts that have a cursor on them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page

from tests.browser.plain_host import arrived
from vitviz.analysis.places import carry
from vitviz.plot.colour import Quantity, scale
from vitviz.tracing.norms import NormStatistics
from vitviz.web.norms.packing import Cursor

FINEST = (7, 5)
SWIN = (
    ("embed", FINEST),
    ("a<b>ln1</b>", FINEST),
    ("x.downsample.ln", (4, 3)),
    ("b.ln1", (2, 2)),
    ("ln", None),
)
VIT = tuple((f"blocks.{i}.ln1", FINEST) for i in range(4))
PREFIX = {"swin": (), "vit": ("cls", "reg")}
SIZES = {"swin": SWIN, "vit": VIT}
START = {"swin": (0, 17), "vit": (1, 9)}
# Mount a part of the app's: its module, its class and its styles.
MOUNT = """async ([path, name, styles, data]) => {
const module = await import(path);
for (const style of styles) {
  document.head.insertAdjacentHTML('beforeend', `<link rel="stylesheet" href="/${style}">`);
}
globalThis.chosen = [];
const root = document.getElementById('root');
root.replaceChildren();
globalThis.data = data;
globalThis.view = new module[name](root, (place) => chosen.push(place));
view.update(data);
await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
PIXELS = """(canvas) => ({ size: [canvas.height, canvas.width],
rgba: [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data] })"""
# What a chart was given to draw, trace by trace; and its marks and other shapes by name.
TRACES = """(chart) => chart.figure.data.map((trace) => ({ axis: trace.yaxis, of: trace.meta, name: trace.text,
symbol: trace.marker?.symbol ?? 'line', x: [...trace.x], y: [...trace.y], ends: trace.customdata }))"""
SHAPES = """(chart) => Object.fromEntries(chart.figure.layout.shapes.filter(({ name }) => name)
.map((shape) => [shape.name, shape]))"""


@dataclass(frozen=True)
class NormPart:
    """One of the two parts: its module, its class, its styles, and its data for a kind, a place and a turn."""

    module: str
    name: str
    styles: tuple[str, ...]
    data: Callable[[str, tuple[int, int] | None, int], dict[str, Any]]

    def mount(self, page: Page, kind: str, place: tuple[int, int] | None = None) -> str:
        page.evaluate(
            MOUNT, [self.module, self.name, list(self.styles), arrived(page, self.data(kind, place, 0))]
        )
        return kind

    def answer(self, page: Page, kind: str, place: tuple[int, int], turn: int) -> None:
        """The server's answer to the choice that was made in that turn."""
        page.evaluate("(data) => view.update(data)", arrived(page, self.data(kind, place, turn)))


def statistics(kind: str) -> tuple[NormStatistics, ...]:
    """Noise for every token of every layer norm; in the second one two tokens have a large norm."""
    random = np.random.default_rng(3)
    found = []
    for at, (name, grid) in enumerate(SIZES[kind]):
        count = 1 if grid is None else len(PREFIX[kind]) + grid[0] * grid[1]
        norm = random.uniform(1, 1.5, count)
        if at == 1:
            norm[[3, 12]] *= 4
        mean, scaled = random.normal(size=count) * (at + 1), random.uniform(0.2, 3, count)
        mean, scaled, norm = (one.astype(np.float32) for one in (mean, scaled, norm))
        found.append(NormStatistics(name, mean, scaled, norm, 1e-5, grid))
    return tuple(found)


def cursor(kind: str, place: tuple[int, int] | None = None, turn: int = 0) -> Cursor:
    at, token = place or START[kind]
    return Cursor(PREFIX[kind], FINEST, at, token, turn)


def chosen_places(page: Page) -> list[tuple[int, int, int]]:
    return [(place["at"], place["token"], place["turn"]) for place in page.evaluate("chosen")]


def token_there(kind: str, at: int, token: int) -> int:
    grid = SIZES[kind][at][1]
    return 0 if grid is None else carry(token, len(PREFIX[kind]), FINEST, grid)


def point(
    page: Page, target: Locator, row: float, column: float, grid: tuple[int, int], click: bool = False
) -> None:
    """Move to a place of an element that has a grid of so many cells."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    move = page.mouse.click if click else page.mouse.move
    move(box["x"] + box["width"] * column / grid[1], box["y"] + box["height"] * row / grid[0])


def check_colours(
    canvas: Locator, values: NDArray[np.floating], quantity: Quantity, limits: tuple[float, float]
) -> None:
    drawn = canvas.evaluate(PIXELS)
    got = np.array(drawn["rgba"]).reshape(-1, 4)
    level = np.round((values - limits[0]) * 255 / (limits[1] - limits[0])).clip(0, 255).astype(int)
    np.testing.assert_allclose(
        got[:, :3], scale(quantity, "light").astype(int)[level], atol=3
    )  # a step at a tie
    assert (got[:, 3] == 255).all()

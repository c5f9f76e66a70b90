"""How soon the likeness page follows the pointer: a real server, a real chromium, a real mouse.

    python -m benchmarks.likeness [--moves 40]

From the pointer coming to another patch to the message after the frame in which its cosines are painted: the shown
block large; the small maps of all blocks and the list of the patches most alike come with the next frame. After every
move the page must name the patch that the pointer is over, or the run fails. "two pictures" compares the patch with
both; beside a Swin each model compares its own. ViT-B has random weights: the arithmetic is the same.
"""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks.explorer import LISTEN
from benchmarks.follows import Times, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS

CASES = {
    "ViT-Ti": "model=vit-tiny",
    "ViT-Ti, one head": "model=vit-tiny&likeness.kind=keys&likeness.head=1",
    "ViT-Ti, two pictures": "model=vit-tiny&beside.picture=cat.jpg",
    "ViT-Ti beside Swin": "model=vit-tiny&likeness.section=models&beside.model=swin-mini",
    "Swin": "model=swin-mini",
    "ViT-B": "model=vit-b16",
}
# How many blocks of vectors have come: until it stays the same, the page has other things to do.
ARRIVED = "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/vectors/')).length"
GOAL = dict.fromkeys(CASES, 8)


def hover(page: Page, query: str, moves: int) -> list[float]:
    """Milliseconds for each of so many moves over the first picture of the page with that address."""
    page.goto(f"{ADDRESS}/likeness?{query}")
    page.locator(".lk-side .vx-frame").first.wait_for(timeout=PATIENCE_MS)
    before, arrived = -1, 0
    while not arrived or arrived != before:
        page.wait_for_timeout(4000)
        before, arrived = arrived, int(page.evaluate(ARRIVED))
    box = page.locator(".lk-side .vx-frame").first.bounding_box()
    assert box is not None
    rows, columns = page.evaluate(
        "() => { const b = window.deep('.vx-marks').viewBox.baseVal; return [b.height, b.width]; }"
    )
    page.evaluate(LISTEN)
    for turn in range(moves):
        row, column = (turn * 5 + 1) % int(rows), (turn * 3 + 1) % int(columns)
        page.mouse.move(
            box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows
        )
        page.wait_for_timeout(60)
        said = page.locator(".lk-read").text_content() or ""
        if f"({row}, {column})" not in said:
            raise RuntimeError(f"the pointer is over {row, column}, the page says: {said}")
    return [float(time) for time in page.evaluate("window.moves")]


def run(page: Page, moves: int) -> Times:
    """All cases in turn."""
    return {name: hover(page, query, moves) for name, query in CASES.items()}


if __name__ == "__main__":
    measure("likeness", __doc__, run, GOAL)

"""How soon the detection page follows a dragged thing and the pointer: a real server, chromium and mouse.

    python -m benchmarks.detection [--moves 40]

"Drag to boxes" is from the pointer's move, at which a thing of the scene stands elsewhere, to the message that follows
the painting of a frame with the boxes of that very scene; while a thing is dragged on, scenes in between may be passed
over, so there is one move after another, each when the one before is answered. "Dragged on" moves every 16 ms without
waiting, as a hand does: how far apart the paintings of new answers are. "Hover" is from the pointer coming to a query's
line to the message after the frame with its maps and box.
"""

from __future__ import annotations

import itertools

from playwright.sync_api import Page

from benchmarks.follows import Times, hover_over, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS

SCENE = "c000003h49m4fa0jc2s000000fb5j43y80jc2s0000000"  # a house and a boat
HOUSE = (0.35, 0.40)
GOAL = {"drag": 150, "hover": 8}
# Notes when a pointer moved, and when a frame with another answer had been painted.
WATCH = """() => {
  const root = window.deep(".vsc");
  window.moved = 0;
  window.answers = [];
  window.deep(".vsc-frame").addEventListener("pointermove", () => { window.moved = performance.now(); }, true);
  const channel = new MessageChannel();
  let at = 0;
  channel.port1.onmessage = () => window.answers.push([window.began, performance.now()]);
  new MutationObserver(() => {
    const began = window.moved;
    requestAnimationFrame(() => { window.began = began; channel.port2.postMessage(0); });
  }).observe(root, { attributes: true, attributeFilter: ["data-answered"] });
}"""


def drag(page: Page, moves: int, wait: bool) -> list[float]:
    """Milliseconds from each move to its boxes; without ``wait`` those between paintings of new boxes."""
    box = page.locator(".vsc-frame").bounding_box()
    assert box is not None
    page.evaluate("window.answers = []")
    page.mouse.move(box["x"] + HOUSE[0] * box["width"], box["y"] + HOUSE[1] * box["height"])
    page.mouse.down()
    for turn in range(moves):
        known = page.evaluate("window.answers.length")
        x = 0.2 + 0.6 * ((0.618 * (turn + 1)) % 1) if wait else 0.2 + 0.6 * turn / moves
        page.mouse.move(box["x"] + x * box["width"], box["y"] + (0.3 + 0.004 * turn) * box["height"])
        if wait:
            page.wait_for_function("(known) => window.answers.length > known", arg=known, timeout=PATIENCE_MS)
        else:
            page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(800)
    answers = page.evaluate("window.answers")
    if wait:
        return [painted - began for began, painted in answers[:moves]]
    painted = [end for _, end in answers]
    return [after - before for before, after in itertools.pairwise(painted)]


def opened(page: Page) -> None:
    """The page with that scene, with nothing left to load."""
    page.goto(f"{ADDRESS}/detection?scene={SCENE}")
    page.locator(".vd-query").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)
    page.evaluate(WATCH)


def run(page: Page, moves: int) -> Times:
    """Everything, in turn."""
    opened(page)
    drag(page, 5, wait=True)  # the first of each kind makes what later ones find
    results = {"drag": drag(page, moves, wait=True)}
    opened(page)
    results["dragged on"] = drag(page, moves, wait=False)
    return results | {"hover": hover_over(page, page.locator(".vd-query"), moves)}


if __name__ == "__main__":
    measure("detection", __doc__, run, GOAL)

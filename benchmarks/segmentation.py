"""How soon the segmentation page follows a dragged thing, a switch and the pointer: a real server, chromium and mouse.

    python -m benchmarks.segmentation [--moves 40]

"Drag to mask" is from the pointer's move to the message after the frame with the mask of that very scene, one move
after another, "dragged on" as a hand does it, both as in ``benchmarks.detection``. "Switch" is from pressing a switch
of a skip to the message after the frame with what is painted then: single switches come with the scene's answer.
"Hover" is from the pointer coming to another pixel to the message after the frame with it, "hover, windows" the same
in the section Windows, where every head's weights are drawn anew.
"""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks.detection import SCENE, WATCH, drag
from benchmarks.explorer import LISTEN
from benchmarks.follows import Times, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS

GOAL = {"drag": 150, "switch": 100, "hover": 8, "hover, windows": 8}
# The time from pressing a button of a switch to the message after the next frame.
PRESSED = """() => {
  window.pressed = [];
  const channel = new MessageChannel();
  let begun = 0;
  channel.port1.onmessage = () => window.pressed.push(performance.now() - begun);
  window.deep(".sg-switches").addEventListener("click", () => {
    begun = performance.now();
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, true);
}"""


def opened(page: Page, section: str) -> None:
    """Open a section of the page, with nothing left to load."""
    page.goto(f"{ADDRESS}/segmentation?scene={SCENE}&segmentation.section={section}")
    page.locator(".sg-stage").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)


def hover(page: Page, moves: int) -> list[float]:
    """Milliseconds from the pointer coming to another place of the first map to that place shown everywhere."""
    box = page.locator(".sg-stage").first.bounding_box()
    assert box is not None
    page.evaluate(LISTEN)
    for turn in range(moves):
        x, y = (0.05 + 0.9 * ((step * (turn + 1)) % 1) for step in (0.618, 0.414))
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.moves")]


def switch(page: Page, moves: int) -> list[float]:
    """Milliseconds from pressing a skip's switch, off and on in turn, to the mask that is painted then."""
    page.evaluate(PRESSED)
    for turn in range(moves):
        line = page.locator(".sg-switch").nth((turn // 2) % 3)
        line.get_by_role("button").nth(1 - turn % 2).click()
        page.wait_for_timeout(500)
    return [float(time) for time in page.evaluate("window.pressed")]


def run(page: Page, moves: int) -> Times:
    """Everything, in turn."""
    opened(page, "painting")
    page.evaluate(WATCH)
    drag(page, 5, wait=True)  # the first of each kind makes what later ones find
    results = {"drag": drag(page, moves, wait=True)}
    opened(page, "painting")
    page.evaluate(WATCH)
    results["dragged on"] = drag(page, moves, wait=False)
    results["hover"] = hover(page, moves)
    opened(page, "windows")
    results["hover, windows"] = hover(page, moves)
    opened(page, "skips")
    return results | {"switch": switch(page, min(moves, 24))}


if __name__ == "__main__":
    measure("segmentation", __doc__, run, GOAL)

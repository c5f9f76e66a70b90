"""How soon the detection page follows a dragged thing and the pointer: a real server, chromium and mouse.

    python -m benchmarks.detection [--moves 40]

"Drag to boxes" is from the pointer's move, at which a thing of the scene stands elsewhere, to the message that follows
the painting of a frame with the boxes of that very scene; while a thing is dragged on, scenes in between may be passed
over, so there is one move after another, each when the one before is answered. "Dragged on" moves every 16 ms without
waiting, as a hand does: how far apart the paintings of new answers are. "Hover" is from the pointer coming to a query's
line to the message after the frame with its maps and box.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.explorer import DEEP, LISTEN
from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table

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


def hover(page: Page, moves: int) -> list[float]:
    """Milliseconds from the pointer coming to a query's line to its maps."""
    boxes = [line.bounding_box() for line in page.locator(".vd-query").all()]
    page.evaluate(LISTEN)
    for turn in range(moves):
        box = boxes[(5 * turn + 1) % len(boxes)]
        assert box is not None
        # The mouse itself: a locator's hover() searches the page for what is under it within the measured time.
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.moves")]


def row(name: str, times: Sequence[float], goal: float | None) -> list[str]:
    """One line of the table."""
    ordered = sorted(times)
    late = ordered[int(0.95 * len(ordered))]
    return [name, f"{statistics.median(ordered):.1f}", f"{late:.1f}", str(len(ordered)), str(goal or "")]


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=40)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(DEEP)
        page.goto(f"{ADDRESS}/detection?scene={SCENE}")
        page.locator(".vd-query").first.wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(3000)
        page.evaluate(WATCH)
        drag(page, 5, wait=True)  # the first of each kind makes what later ones find
        results: dict[str, list[float]] = {"drag": drag(page, options.moves, wait=True)}
        page.goto(f"{ADDRESS}/detection?scene={SCENE}")
        page.locator(".vd-query").first.wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        results["dragged on"] = drag(page, options.moves, wait=False)
        results["hover"] = hover(page, options.moves)
        browser.close()
    print_table(
        "The detection page follows, ms",
        ["what", "median", "p95", "times", "goal"],
        [row(name, times, GOAL.get(name)) for name, times in results.items()],
    )
    figures: dict[str, Any] = {name: statistics.median(times) for name, times in results.items()}
    print_json({"detection": figures, **machine("streamlit", "torch")})


if __name__ == "__main__":
    main()

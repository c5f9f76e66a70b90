"""How soon the segmentation page follows a dragged thing, a switch and the pointer: a real server, chromium and mouse.

    python -m benchmarks.segmentation [--moves 40]

"Drag to mask" is from the pointer's move to the message after the frame with the mask of that very scene, one move
after another, "dragged on" as a hand does it, both as in ``benchmarks.detection``. "Switch" is from pressing a switch
of a skip to the message after the frame with what is painted then: single switches come with the scene's answer.
"Hover" is from the pointer coming to another pixel to the message after the frame with it, "hover, windows" the same
in the section Windows, where every head's weights are drawn anew.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.detection import SCENE, WATCH, drag, row
from benchmarks.explorer import DEEP, LISTEN
from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table

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
    results: dict[str, list[float]] = {}
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(DEEP)
        opened(page, "painting")
        page.evaluate(WATCH)
        drag(page, 5, wait=True)  # the first of each kind makes what later ones find
        results["drag"] = drag(page, options.moves, wait=True)
        opened(page, "painting")
        page.evaluate(WATCH)
        results["dragged on"] = drag(page, options.moves, wait=False)
        results["hover"] = hover(page, options.moves)
        opened(page, "windows")
        results["hover, windows"] = hover(page, options.moves)
        opened(page, "skips")
        results["switch"] = switch(page, min(options.moves, 24))
        browser.close()
    print_table(
        "The segmentation page follows, ms",
        ["what", "median", "p95", "times", "goal"],
        [row(name, times, GOAL.get(name)) for name, times in results.items()],
    )
    figures: dict[str, Any] = {name: statistics.median(times) for name, times in results.items()}
    print_json({"segmentation": figures, **machine("streamlit", "torch")})


if __name__ == "__main__":
    main()

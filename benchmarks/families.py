"""How soon the families page follows its slider, its choices and the pointer: a real server, chromium and mouse.

    python -m benchmarks.families [--moves 20]

"n to curves" is from the key that moves n to the message that follows the painting of a frame with that n's formulas;
"head" from the click on another head to its painted squares; "hover" from the pointer coming to a word to the message
after the frame with its rows and columns.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys

from playwright.sync_api import Page, sync_playwright

from benchmarks.detection import row
from benchmarks.explorer import DEEP, LISTEN
from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table

GOAL = {"n": 200, "head": 200, "hover": 8}
# Notes a key or click, and when a frame after the next change of what is watched had been painted.
WATCH = """(selector) => {
  const watched = window.deep(selector);
  window.began = null;
  window.times = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    if (window.began !== null) window.times.push(performance.now() - window.began);
    window.began = null;
  };
  for (const type of ["keydown", "click"])
    addEventListener(type, () => { window.began = performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => channel.port2.postMessage(0)))
    .observe(watched, { childList: true, characterData: true, subtree: true, attributes: true });
}"""


def numbers(page: Page, times: int) -> list[float]:
    """Milliseconds from each move of n to its formulas."""
    page.goto(f"{ADDRESS}/families?families.view=costs")
    slider = page.get_by_role("slider").first
    slider.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)
    page.evaluate(WATCH, ".katex")
    slider.focus()
    for turn in range(times):
        page.keyboard.press("ArrowRight" if turn % 2 else "ArrowLeft")
        page.wait_for_timeout(700)
    return [float(time) for time in page.evaluate("window.times")]


def heads(page: Page, times: int) -> list[float]:
    """Milliseconds from each other head to its squares."""
    page.goto(f"{ADDRESS}/families")
    page.locator(".vf-note").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)
    page.evaluate(WATCH, ".vf-note")
    for turn in range(times):
        page.get_by_role("group", name="head", exact=True).get_by_role("button").nth(1 + turn % 2).click()
        page.wait_for_timeout(400)
    return [float(time) for time in page.evaluate("window.times")]


def hover(page: Page, times: int) -> list[float]:
    """Milliseconds from the pointer coming to a word to its rows and columns."""
    boxes = [word.bounding_box() for word in page.locator(".vf-model").first.locator(".vf-rows span").all()]
    page.evaluate(LISTEN)
    for turn in range(times):
        box = boxes[(5 * turn + 1) % len(boxes)]
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.moves")]


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=20)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(DEEP)
        results = {"n": numbers(page, options.moves), "head": heads(page, options.moves)}
        results["hover"] = hover(page, options.moves)
        browser.close()
    print_table(
        "The families page follows, ms",
        ["what", "median", "p95", "times", "goal"],
        [row(name, times, GOAL.get(name)) for name, times in results.items()],
    )
    figures = {name: statistics.median(times) for name, times in results.items()}
    print_json({"families": figures, **machine("streamlit", "torch")})


if __name__ == "__main__":
    main()

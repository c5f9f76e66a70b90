"""How soon the recommendation page answers a change of an aircraft's flights, and follows the pointer.

    python -m benchmarks.recommendation [--moves 30]

"Change" is from the click on "leave out" to the message after the frame with the answer to that very row. "Hover" is
from the pointer coming to another flight of the sheet to the message after the frame that marks it; with it go the same
airport's other flights, its place on the map and a line of text. Under the GRU the sheet has its gates too.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.detection import row
from benchmarks.explorer import DEEP, LISTEN
from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table

GOAL = {"change": 200, "hover": 8, "hover, GRU": 8}
# Notes when a button was pressed, and when a frame with the answer to another row had been painted.
WATCH = """() => {
  const root = window.deep(".vr-aircraft");
  window.answers = [];
  window.pressed = 0;
  window.deep(".vr-edit").addEventListener("click", () => { window.pressed = performance.now(); }, true);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.answers.push(performance.now() - window.pressed);
  new MutationObserver(() => requestAnimationFrame(() => channel.port2.postMessage(0)))
    .observe(root, { attributes: true, attributeFilter: ["data-answered"] });
}"""


def opened(page: Page, view: str) -> None:
    """A section of the page, at rest."""
    page.goto(f"{ADDRESS}/recommendation?recommendation.view={view}")
    page.locator(".vr-chip").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(2000)


def change(page: Page, moves: int) -> list[float]:
    """Milliseconds from a click to its answer, each at another flight."""
    page.evaluate(WATCH)
    for turn in range(moves):
        known = page.evaluate("window.answers.length")
        page.locator(".vr-strip").press("ArrowLeft")
        page.get_by_role("button", name="leave out").click()
        page.wait_for_function("(known) => window.answers.length > known", arg=known, timeout=PATIENCE_MS)
        page.wait_for_timeout(400 + turn % 3)
    return [float(time) for time in page.evaluate("window.answers")]


def hover(page: Page, moves: int) -> list[float]:
    """Milliseconds from the pointer coming to a flight to its marks."""
    boxes = [chip.bounding_box() for chip in page.locator(".vr-chip").all()]
    page.evaluate(LISTEN)
    for turn in range(moves):
        box = boxes[(7 * turn + 1) % len(boxes)]
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.moves")]


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=30)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    results: dict[str, list[float]] = {}
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(DEEP)
        opened(page, "attention")
        change(page, 3)  # the first ones load what later ones find
        opened(page, "attention")
        results["change"] = change(page, options.moves)
        opened(page, "attention")
        results["hover"] = hover(page, options.moves)
        opened(page, "gru")
        results["hover, GRU"] = hover(page, options.moves)
        browser.close()
    print_table(
        "The recommendation page follows, ms",
        ["what", "median", "p95", "times", "goal"],
        [row(name, times, GOAL.get(name)) for name, times in results.items()],
    )
    figures: dict[str, Any] = {name: statistics.median(times) for name, times in results.items()}
    print_json({"recommendation": figures, **machine("streamlit", "torch")})


if __name__ == "__main__":
    main()

"""What the benchmarks of single pages share: a page in a real chromium, the pointer, how soon it follows as a table."""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.explorer import DEEP, LISTEN
from benchmarks.pages import server
from benchmarks.report import machine, print_json, print_table

BROWSERS = ("chromium", "chromium-browser", "chromium-headless-shell")
Times = dict[str, list[float]]


def hover_over(page: Page, places: Locator, moves: int, step: int = 5) -> list[float]:
    """Milliseconds from the pointer coming to one of ``places`` to the message after the frame that followed."""
    boxes = [place.bounding_box() for place in places.all()]
    page.evaluate(LISTEN)
    for turn in range(moves):
        box = boxes[(step * turn + 1) % len(boxes)]
        assert box is not None
        # The mouse itself: a locator's hover() searches the page for what is under it within the measured time.
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.moves")]


def measure(
    name: str,
    about: str | None,
    run: Callable[[Page, int], Times],
    goals: Mapping[str, float],
    moves: int = 40,
    title: str = "",
) -> None:
    """Start server and browser, ``run`` with a page and how many moves, and report; ``about`` is the help's text."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=moves)
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(DEEP)
        results = run(page, options.moves)
        browser.close()
    print_table(
        title or f"The {name} page follows, ms",
        ["what", "median", "p95", "times", "goal"],
        [_row(what, times, goals.get(what)) for what, times in results.items()],
    )
    figures = {what: statistics.median(times) for what, times in results.items()}
    print_json({name: figures, **machine("streamlit", "torch")})


def _row(what: str, times: Sequence[float], goal: float | None) -> list[str]:
    ordered = sorted(times)
    late = ordered[int(0.95 * len(ordered))]
    return [what, f"{statistics.median(ordered):.1f}", f"{late:.1f}", str(len(ordered)), str(goal or "")]

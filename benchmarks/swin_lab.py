"""How soon the Swin pages follow the pointer and the scrubber: a real server, a real chromium, a real mouse.

    python -m benchmarks.swin_lab [--moves 60] [--models swin-mini swin-t]

Measured as in ``benchmarks.explorer``: from the first script that hears of the move to the message that follows the
painting of that frame. The window page is moved over at stage 1 (56 x 56 tokens), the scrubber of the shift page is
dragged with the mouse from its first frame to its last. What goes to the server meanwhile is counted.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from typing import NamedTuple

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks.explorer import DEEP, LISTEN
from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table


class Result(NamedTuple):
    """What one page took, in milliseconds and messages."""

    what: str
    median: float
    p95: float
    moves: int
    messages: int


def opened(browser: Browser, path: str, model: str, ready: str, sent: list[int]) -> Page:
    """A page with its browser part there; ``sent`` grows with every message to the server."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(DEEP)
    page.on("websocket", lambda ws: ws.on("framesent", lambda _: sent.append(1)))
    page.goto(f"{ADDRESS}/{path}?model={model}")
    page.wait_for_selector(ready, timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)
    return page


def measure(page: Page, what: str, place: Locator, moves: int, drag: bool, sent: list[int]) -> Result:
    """Move over ``place``, or drag through it from left to right."""
    box = place.bounding_box()
    assert box is not None
    left, width = box["x"] + 6, box["width"] - 12
    page.mouse.move(left, box["y"] + box["height"] / 2)
    if drag:
        page.mouse.down()
    page.evaluate(LISTEN)
    before = len(sent)
    for turn in range(moves):
        share = (turn + 0.5) / moves if drag else ((7 * turn) % moves) / moves
        down = 0.5 if drag else ((11 * turn) % moves) / moves
        page.mouse.move(left + share * width, box["y"] + 2 + down * (box["height"] - 4))
        page.wait_for_timeout(50)
    times = sorted(page.evaluate("window.moves"))
    result = Result(
        what, statistics.median(times), times[int(0.95 * len(times))], len(times), len(sent) - before
    )
    if drag:
        page.mouse.up()
    page.close()
    return result


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", default=["swin-mini", "swin-t"])
    parser.add_argument("--moves", type=int, default=60)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    results = []
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for model in options.models:
            sent: list[int] = []
            page = opened(browser, "swin-reach", model, ".wr-frame", sent)
            frame = page.locator(".wr-frame").first
            results.append(
                measure(page, f"{model}: windows under the pointer", frame, options.moves, False, sent)
            )
            page = opened(browser, "swin-shift", model, ".vs-track input", sent)
            track = page.locator(".vs-track input")
            results.append(measure(page, f"{model}: the shift, scrubbed", track, options.moves, True, sent))
        browser.close()
    print_table(
        "The Swin pages follow, ms",
        ["what", "median", "p95", "moves", "messages"],
        [[r.what, f"{r.median:.1f}", f"{r.p95:.1f}", str(r.moves), str(r.messages)] for r in results],
    )
    print_json({"swin_lab": [r._asdict() for r in results], **machine("streamlit")})


if __name__ == "__main__":
    main()

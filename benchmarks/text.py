"""How soon attention over words follows the pointer and a choice: a real server, chromium and mouse.

    python -m benchmarks.text [--moves 60]

The text is as long as the page takes, 45 pieces, in BERT. "Hover" is from the pointer coming to a word to the message
that follows the frame with all weights of that word; "another head" from the key to that after the frame with its map
drawn. ``python -m benchmarks.controls --pages text`` measures the controls that ask the server.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from benchmarks.detection import row
from benchmarks.explorer import DEEP, LISTEN
from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table

TEXT = " ".join(["she was very happy to see him again ,"] * 5)
GOAL = {"hover": 8, "another head": 200}
KEYS = """() => {
  window.keys = [];
  const channel = new MessageChannel();
  let begun = 0;
  channel.port1.onmessage = () => window.keys.push(performance.now() - begun);
  addEventListener('keydown', () => {
    begun = performance.now();
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, true);
}"""


def hover(page: Page, moves: int) -> list[float]:
    """Milliseconds from the pointer coming to a word to the frame with its weights."""
    boxes = [word.bounding_box() for word in page.locator(".wa-word").all()]
    page.evaluate(LISTEN)
    for turn in range(moves):
        box = boxes[(7 * turn + 1) % len(boxes)]
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.moves")]


def another_head(page: Page, turns: int) -> list[float]:
    """Milliseconds from the key to the frame with the next head's map."""
    page.locator(".wa-words").first.focus()
    page.evaluate(KEYS)
    for _ in range(turns):
        page.keyboard.press("]")
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.keys")]


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=60)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(DEEP)
        asked = urlencode({"text.section": "attention", "text.text": TEXT})
        page.goto(f"{ADDRESS}/text?{asked}")
        page.locator(".wa-word").nth(44).wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(2000)
        hover(page, 5)
        results = {"hover": hover(page, options.moves), "another head": another_head(page, options.moves)}
        browser.close()
    print_table(
        "Attention over 47 tokens follows, ms",
        ["what", "median", "p95", "times", "goal"],
        [row(name, times, GOAL[name]) for name, times in results.items()],
    )
    print_json(
        {
            "text": {name: statistics.median(times) for name, times in results.items()},
            **machine("streamlit", "torch"),
        }
    )


if __name__ == "__main__":
    main()

"""How soon the attention explorer follows the pointer: a real server, a real chromium, a real mouse.

    python -m benchmarks.explorer [--models vit-tiny vit-b16 vit-s14-518 swin-mini] [--moves 120]

"Move to painted": from the first script that hears the pointer move to the message that follows the painting of that
frame, so everything that the main thread does for it. After every move the explorer must show the patch that the
pointer is over, or the run fails. "Interactive" counts from the request of the first payload.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from itertools import pairwise
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table

MODELS = ("vit-tiny", "vit-b16", "vit-s14-518", "swin-mini")
DEEP = """window.deep = (selector, root = document) => {
  const found = root.querySelector(selector);
  if (found) return found;
  for (const element of root.querySelectorAll('*')) {
    const inside = element.shadowRoot && window.deep(selector, element.shadowRoot);
    if (inside) return inside;
  }
  return null;
};"""
# When the first map is painted: watched from the start, because nothing asks the page meanwhile.
WATCH = """
(() => {
  const look = () => {
    const canvas = window.deep('.vx-overlay');
    if (!(canvas?.width > 1)) setTimeout(look, 5);
    else requestAnimationFrame(() => (window.firstMap = performance.now()));
  };
  addEventListener('DOMContentLoaded', look);
})();"""
LISTEN = """() => {
  window.moves = [];
  window.frames = [];
  const channel = new MessageChannel();
  let begun = null;
  channel.port1.onmessage = () => { window.moves.push(performance.now() - begun); begun = null; };
  addEventListener('pointermove', () => {
    if (begun !== null) return;
    begun = performance.now();
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, true);
  const count = (now) => { window.frames.push(now); requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""
SHOWN = "() => ['y', 'x'].map((name) => Number(window.deep('.vx-query').getAttribute(name)))"


class Result(NamedTuple):
    """What one model's explorer took, in milliseconds, bytes and frames a second."""

    model: str
    tokens: int
    move_median: float
    move_p95: float
    sweep_fps: float
    interactive: float
    first_payload: int
    all_payloads: int
    server_messages: int


def open_explorer(browser: Browser, model: str, sent: list[int], payloads: list[int]) -> Page:
    """The explorer of a model, all layers loaded. ``sent`` grows with every message to the server."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(DEEP + WATCH)
    page.on("websocket", lambda ws: ws.on("framesent", lambda _: sent.append(1)))
    page.on(
        "requestfinished", lambda request: payloads.append(_size(request)) if ".bin" in request.url else None
    )
    page.goto(f"{ADDRESS}/attention?model={model}&token=0", wait_until="commit")
    page.wait_for_selector(".vx-frame", timeout=PATIENCE_MS)
    page.wait_for_function("window.firstMap > 0", timeout=PATIENCE_MS)
    quiet = -1
    while quiet != len(payloads):
        quiet = len(payloads)
        page.wait_for_timeout(2500)
    return page


def _size(request: Any) -> int:
    return int(request.sizes()["responseBodySize"])


def measure(browser: Browser, model: str, moves: int) -> Result:
    """Everything about one model."""
    sent: list[int] = []
    payloads: list[int] = []
    page = open_explorer(browser, model, sent, payloads)
    asked = page.evaluate(
        "performance.getEntriesByType('resource').find((r) => r.name.includes('.bin')).startTime"
    )
    interactive = page.evaluate("window.firstMap") - asked
    frame = page.locator(".vx-frame").first
    rows, columns = page.evaluate(
        "() => { const b = window.deep('.vx-marks').viewBox.baseVal; return [b.height, b.width]; }"
    )
    prefix = page.locator(".vx-picture").first.locator(".vx-chip").count()
    box = frame.bounding_box()
    assert box is not None
    page.evaluate(LISTEN)
    before = len(sent)
    for turn in range(moves):
        row, column = (turn * 5) % int(rows), (turn * 7) % int(columns)
        page.mouse.move(
            box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows
        )
        page.wait_for_timeout(60)
        if page.evaluate(SHOWN) != [row, column]:
            raise RuntimeError(
                f"{model}: the pointer is over {row, column}, the explorer shows {page.evaluate(SHOWN)}"
            )
    times = sorted(page.evaluate("window.moves"))
    fps = sweep(page, box)
    result = Result(
        model,
        prefix + int(rows * columns),
        statistics.median(times),
        times[int(0.95 * len(times))],
        fps,
        interactive,
        payloads[0],
        sum(payloads),
        len(sent) - before,
    )
    page.close()
    return result


def sweep(page: Page, box: Any) -> float:
    """Frames a second while the pointer runs over the picture: from the median gap between two frames."""
    page.evaluate("window.frames = []")
    for turn in range(6):
        y = box["y"] + box["height"] * (turn + 0.5) / 6
        page.mouse.move(box["x"] + 2, y)
        page.mouse.move(box["x"] + box["width"] - 2, y, steps=40)
    stamps = page.evaluate("window.frames")
    gaps = [later - earlier for earlier, later in pairwise(stamps)]
    return 1000 / statistics.median(gaps)


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--moves", type=int, default=120)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        results = [measure(browser, model, options.moves) for model in options.models]
        browser.close()
    head = [
        "model",
        "tokens",
        "move to painted ms",
        "p95",
        "sweep fps",
        "interactive ms",
        "first payload MiB",
        "all MiB",
    ]
    rows = [
        [
            r.model,
            str(r.tokens),
            f"{r.move_median:.1f}",
            f"{r.move_p95:.1f}",
            f"{r.sweep_fps:.0f}",
            f"{r.interactive:.0f}",
            f"{r.first_payload / 2**20:.2f}",
            f"{r.all_payloads / 2**20:.1f}",
        ]
        for r in results
    ]
    print_table(
        "The explorer follows the pointer",
        [*head, "messages"],
        [[*row, str(r.server_messages)] for row, r in zip(rows, results, strict=True)],
    )
    print_json({"explorer": [r._asdict() for r in results], **machine("streamlit")})


if __name__ == "__main__":
    main()

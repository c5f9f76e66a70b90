"""The widget in a real JupyterLab: how soon its first map is there, what goes over the socket, and how it follows.

    python -m benchmarks.notebook [--models vit-tiny vit-b16 swin-mini] [--moves 60] [--times 3]

torch is imported and the run made before; a cell with ``run.show()`` is then executed. "First map" counts from that
until the map and the sentence below it are on the screen, "all layers" until the kernel has answered for every layer.
Bytes are those that the browser received over the kernel's socket until then. "Move to painted" is counted as by
benchmarks.explorer, once all layers are there; after every move the widget must show the patch that the pointer is
over, or the run fails.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from benchmarks.explorer import DEEP, LISTEN, SHOWN
from benchmarks.report import machine, print_json, print_table
from tests.browser.notebook_servers import RUN_CELL, jupyterlab, write_notebook
from vitviz.samples import SAMPLES

MODELS = ("vit-tiny", "vit-b16", "swin-mini")
QUIET = 1500  # milliseconds without a message, after which every layer has come
# When the map of the cell's last output is on the screen.
WATCH = """() => {
  window.begun = performance.now();
  window.firstMap = undefined;
  const old = new Set(document.querySelectorAll('.vx'));
  const look = () => {
    const made = [...document.querySelectorAll('.vx')].find((each) => !old.has(each));
    if (!made?.querySelector('.vx-readout')?.textContent) { setTimeout(look, 5); return; }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { window.firstMap = performance.now() - window.begun; };
    requestAnimationFrame(() => port2.postMessage(0));
  };
  look();
}"""


class Result(NamedTuple):
    """One model: milliseconds and bytes."""

    model: str
    first_map: float
    first_bytes: int
    all_bytes: int
    move_median: float
    move_p95: float


class Received:
    """Bytes that came over the kernel's socket."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:
            socket.on("framereceived", self._heard)

    def _heard(self, frame: str | bytes) -> None:
        self.count += len(frame.encode() if isinstance(frame, str) else frame)


def measure(browser: Browser, address: str, folder: Path, model: str, moves: int, times: int) -> Result:
    """A notebook of its own with one model."""
    run = f"import vitviz\nrun = vitviz.trace(vitviz.load_model({model!r}), {str(SAMPLES[0].path)!r})"
    write_notebook(folder / f"{model}.ipynb", [run, "run.show()"])
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(180_000)
    page.add_init_script(DEEP)
    received = Received(page)
    page.goto(f"{address}/lab/tree/{model}.ipynb?reset")  # alone: else the one before is there, too
    page.locator(".jp-Cell").nth(1).wait_for()
    page.evaluate(RUN_CELL, [0, True])
    first_maps, first_bytes, all_bytes = [], [], []
    for _ in range(times):
        page.wait_for_timeout(QUIET)
        before = received.count
        page.evaluate(WATCH)
        page.evaluate(RUN_CELL, [1, False])
        page.wait_for_function("window.firstMap > 0")
        first_bytes.append(received.count - before)
        first_maps.append(page.evaluate("window.firstMap"))
        quiet = -1
        while quiet != received.count:
            quiet = received.count
            page.wait_for_timeout(QUIET)
        all_bytes.append(received.count - before)
    moved = follow(page, model, moves)
    page.close()
    return Result(
        model,
        statistics.median(first_maps),
        round(statistics.median(first_bytes)),
        round(statistics.median(all_bytes)),
        statistics.median(moved),
        moved[int(0.95 * len(moved))],
    )


def follow(page: Page, model: str, moves: int) -> list[float]:
    """Milliseconds from a move of the pointer to its painting, in order of size."""
    view = page.evaluate(
        "() => { const b = window.deep('.vx-marks').viewBox.baseVal; return [b.height, b.width]; }"
    )
    rows, columns = map(int, view)
    frame = page.locator(".vx-frame").first
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    page.evaluate(LISTEN)
    for turn in range(moves):
        row, column = (turn * 5) % rows, (turn * 7) % columns
        x, y = (column + 0.5) * box["width"] / columns, (row + 0.5) * box["height"] / rows
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(60)
        if page.evaluate(SHOWN) != [row, column]:
            raise RuntimeError(
                f"{model}: the pointer is over {row}, {column}, the widget shows something else"
            )
    return sorted(page.evaluate("window.moves"))


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--times", type=int, default=3, help="how often the cell is executed")
    options = parser.parse_args()
    names = ("chromium", "chromium-browser", "chromium-headless-shell")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with jupyterlab(folder) as address:
            results = [
                measure(browser, address, folder, model, options.moves, options.times)
                for model in options.models
            ]
        browser.close()
    print_table(
        "The widget in JupyterLab",
        ["model", "first map ms", "until then KiB", "all layers MiB", "move to painted ms", "p95"],
        [
            [
                r.model,
                f"{r.first_map:.0f}",
                f"{r.first_bytes / 2**10:.0f}",
                f"{r.all_bytes / 2**20:.2f}",
                f"{r.move_median:.1f}",
                f"{r.move_p95:.1f}",
            ]
            for r in results
        ],
    )
    print_json({"notebook": [r._asdict() for r in results], **machine()})


if __name__ == "__main__":
    main()

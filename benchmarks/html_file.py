"""How large the HTML files are, and how soon they show and follow the pointer: from file://, with the network off.

    python -m benchmarks.html_file [--models vit-tiny vit-b16 swin-mini] [--moves 60]

"First map" counts from the navigation until the first map and the sentence below it are on the screen, "all layers"
until the small maps of every layer are; "move to painted" as benchmarks.explorer counts it. After every move the file
must show the patch that the pointer is over, or the run fails.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, sync_playwright

import vitviz
from benchmarks.explorer import DEEP, LISTEN, SHOWN
from benchmarks.report import machine, print_json, print_table
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

OPENED = 3  # times
MODELS = ("vit-tiny", "vit-b16", "swin-mini")
# Watched from the start, because nothing asks the page meanwhile: when the first map is on the screen, which the
# sentence below it is drawn with, and when the small maps of all layers are: the last layer's are lowest.
WATCH = """
const seen = (name, ready) => {
  const look = () => {
    if (!ready()) { setTimeout(look, 5); return; }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { window[name] = performance.now(); };
    requestAnimationFrame(() => port2.postMessage(0));
  };
  look();
};
seen('firstMap', () => document.querySelector('.vx-readout')?.textContent);
seen('allMaps', () => {
  const atlas = document.querySelector('.vx-atlas');
  if (!(window.firstMap && atlas?.width > 1)) return false;
  const { data } = atlas.getContext('2d').getImageData(0, atlas.height - 12, atlas.width, 12);
  return data.some((value, at) => at % 4 === 3 && value > 0);
});"""
KINDS: dict[str, dict[str, Any]] = {
    "exact": {},
    "16 bits": {"precision": 16},
    "12 bits": {"precision": 12},
    "exact, with v": {"values": True},
}


class Result(NamedTuple):
    """One file: bytes, seconds to make it, and milliseconds in the browser."""

    model: str
    kind: str
    size: int
    made: float
    first_map: float
    all_maps: float
    move_median: float
    move_p95: float


def measure(browser: Browser, trace: Trace, model: str, kind: str, folder: Path, moves: int) -> Result:
    """Make a file, open it offline, move the pointer over it."""
    path = folder / f"{model}-{kind.replace(' ', '-')}.html"
    begun = time.perf_counter()
    trace.save_html(path, **KINDS[kind])
    made = time.perf_counter() - begun
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    first_maps, all_maps = [], []
    for _ in range(OPENED):
        page = context.new_page()
        page.add_init_script(DEEP + WATCH)
        page.goto(path.as_uri())
        page.wait_for_timeout(4000)  # wait_for_function evaluates text, which the file's policy forbids
        first_maps.append(page.evaluate("window.firstMap"))
        all_maps.append(page.evaluate("window.allMaps"))
    rows, columns = page.evaluate(
        "() => { const b = window.deep('.vx-marks').viewBox.baseVal; return [b.height, b.width]; }"
    )
    box = page.locator(".vx-frame").first.bounding_box()
    assert box is not None
    page.evaluate(LISTEN)
    for turn in range(moves):
        row, column = (turn * 5) % int(rows), (turn * 7) % int(columns)
        page.mouse.move(
            box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows
        )
        page.wait_for_timeout(60)
        if page.evaluate(SHOWN) != [row, column]:
            raise RuntimeError(f"{model}: the pointer is over {row, column}, the file shows something else")
    times = sorted(page.evaluate("window.moves"))
    context.close()
    return Result(
        model,
        kind,
        path.stat().st_size,
        made,
        statistics.median(first_maps),
        statistics.median(all_maps),
        statistics.median(times),
        times[int(0.95 * len(times))],
    )


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--moves", type=int, default=60)
    options = parser.parse_args()
    names = ("chromium", "chromium-browser", "chromium-headless-shell")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    results = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for model in options.models:
            trace = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path)
            assert isinstance(trace, Trace)
            for kind in options.kinds:
                results.append(measure(browser, trace, model, kind, Path(folder), options.moves))
        browser.close()
    print_table(
        "One HTML file, offline",
        ["model", "numbers", "MiB", "made s", "first map ms", "all layers ms", "move to painted ms", "p95"],
        [
            [
                r.model,
                r.kind,
                f"{r.size / 2**20:.2f}",
                f"{r.made:.1f}",
                f"{r.first_map:.0f}",
                f"{r.all_maps:.0f}",
                f"{r.move_median:.1f}",
                f"{r.move_p95:.1f}",
            ]
            for r in results
        ],
    )
    print_json({"html_file": [r._asdict() for r in results], **machine()})


if __name__ == "__main__":
    main()

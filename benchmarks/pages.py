"""How soon a page is there, and how soon it answers: a fresh server, a real chromium, medians.

    python -m benchmarks.pages [--starts 3] [--rounds 12]

Every start is a new server process, so that torch is imported anew. "Picture" is when the first picture is painted,
"prediction" when the class scores are, which need torch and the model. "Painted" adds two animation frames.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.report import machine, print_json, print_table


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


ROOT = Path(__file__).parents[1]
PORT = free_port()
ADDRESS = f"http://localhost:{PORT}"
PATIENCE_MS = 120_000
STAGES = (("FFN hidden", "mlp_post"), ("heads split", "blocks.0.q"), ("attention matrix", "pattern"))
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Server(NamedTuple):
    """A server that runs, and the id of its process."""

    address: str
    process: int


@contextmanager
def server(checkout: Path = ROOT, port: int = PORT) -> Iterator[Server]:
    """A fresh server of a checkout, ready to answer."""
    address = f"http://localhost:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait()


def first_visit(browser: Browser) -> tuple[float, float]:
    """Seconds from opening the page to its picture, and to its prediction, both painted."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    begin = time.perf_counter()
    page.goto(ADDRESS, wait_until="commit")
    page.wait_for_selector(".vv-frame img")
    page.evaluate(TWO_FRAMES)
    picture = time.perf_counter() - begin
    page.wait_for_selector(".vvt .b", timeout=PATIENCE_MS)
    page.evaluate(TWO_FRAMES)
    prediction = time.perf_counter() - begin
    page.close()
    return picture, prediction


def choose_stages(page: Page, rounds: int) -> list[float]:
    """Seconds from choosing a stage of the overview's chain to its tensor painted."""
    page.goto(f"{ADDRESS}/overview")
    page.wait_for_selector(".vv-tensor h4", timeout=PATIENCE_MS)
    times = []
    for turn in range(rounds):
        stage, name = STAGES[turn % len(STAGES)]
        button = page.get_by_role("button", name=stage)
        shown = page.locator(".vv-tensor h4", has_text=name)
        begin = time.perf_counter()
        button.click()
        shown.wait_for()
        page.evaluate(TWO_FRAMES)
        times.append(time.perf_counter() - begin)
    return times


def parse() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=12)
    return parser.parse_args()


def main() -> None:
    """Run everything and report."""
    options = parse()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    firsts: list[tuple[float, float]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(options.starts):
            with server():
                firsts.append(first_visit(browser))
        with server():
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            times = choose_stages(page, options.rounds)
        browser.close()
    picture, prediction = (statistics.median(times) for times in zip(*firsts, strict=True))
    print_table(
        "Medians in seconds",
        ["what", "seconds"],
        [
            ["open the page: picture", f"{picture:.2f}"],
            ["open the page: prediction and chain", f"{prediction:.2f}"],
            ["choose a stage of the chain", f"{statistics.median(times):.3f}"],
        ],
    )
    print_json(
        {
            "picture_s": picture,
            "prediction_s": prediction,
            "choose_stage_s": statistics.median(times),
            **machine("streamlit", "torch"),
        }
    )


if __name__ == "__main__":
    main()

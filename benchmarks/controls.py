"""How soon each page answers a control: a real server, a real chromium, medians, with the trace already there.

    python -m benchmarks.controls [--rounds 16] [--pages stream layer-norm]

The control is the page's first slider (moved one step to and fro by an arrow key), or where it has none its first
row of choices (the first two by turns). "Answered" is from the key press or click to the first frame after Streamlit
says that the run of the script is over, so what React and the charts do for it is inside. The goal is 200 ms.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, TimeoutError, sync_playwright

from benchmarks.pages import ADDRESS, PATIENCE_MS, server
from benchmarks.report import machine, print_json, print_table

SCRIPT = Path(__file__).parents[1] / "vitviz" / "pages" / "script.py"
FINISHED = "[data-testid=stApp][data-test-script-state=notRunning]"
GOAL_MS = 200
# From what a person does to the frame after the run of the script that it began.
LISTEN = """() => {
  window.answers = [];
  let begun = null;
  const begin = () => { begun ??= performance.now(); };
  addEventListener('keydown', begin, true);
  addEventListener('click', begin, true);
  const app = document.querySelector('[data-testid=stApp]');
  let ran = false;
  new MutationObserver(() => {
    const state = app.getAttribute('data-test-script-state');
    if (state === 'running') ran = true;
    if (state !== 'notRunning' || !ran || begun === null) return;
    const from = begun;
    begun = null;
    ran = false;
    requestAnimationFrame(() => requestAnimationFrame(() => window.answers.push(performance.now() - from)));
  }).observe(app, { attributes: true });
}"""


def control(page: Page) -> tuple[str, list[Locator]] | None:
    """What a person would change first on a page: ("slider", [it]) or ("choice", [two buttons])."""
    main = page.locator("[data-testid=stMain]")
    with suppress(TimeoutError):
        main.locator("[data-testid=stSlider], [data-testid=stButtonGroup]").first.wait_for(timeout=20_000)
    sliders = main.locator("[data-testid=stSlider] [role=slider]")
    if sliders.count():
        return "slider", [sliders.first]
    choices = main.locator("[data-testid=stButtonGroup]").first.locator("button, [role=radio]")
    return ("choice", [choices.nth(0), choices.nth(1)]) if choices.count() > 1 else None


def measure(browser: Browser, path: str, rounds: int) -> list[float]:
    """Milliseconds from an act to its answer; empty where a page has no control of Streamlit's."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{ADDRESS}/{path}")
    page.wait_for_timeout(1000)
    page.wait_for_selector(FINISHED)
    page.wait_for_timeout(2500)
    page.wait_for_selector(FINISHED)
    found = control(page)
    page.wait_for_timeout(1500)
    page.wait_for_selector(FINISHED)
    if found is None:
        page.close()
        return []
    kind, places = found
    page.evaluate(LISTEN)
    first = "ArrowRight"
    if kind == "slider" and places[0].get_attribute("aria-valuenow") == places[0].get_attribute(
        "aria-valuemax"
    ):
        first = "ArrowLeft"
    second = "ArrowLeft" if first == "ArrowRight" else "ArrowRight"
    for turn in range(rounds + 2):
        heard = page.evaluate("window.answers.length")
        if kind == "slider":
            places[0].press(second if turn % 2 else first)
        else:
            places[1 - turn % 2].click()
        with suppress(TimeoutError):  # a choice that was made already runs nothing
            page.wait_for_function("(heard) => window.answers.length > heard", arg=heard, timeout=10_000)
        page.wait_for_timeout(250)
    times: list[float] = page.evaluate("window.answers")
    page.close()
    return times[2:]  # the first of each kind makes what later ones find


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    paths = ["", *re.findall(r'url_path="([^"]+)"', SCRIPT.read_text(encoding="utf-8"))]
    parser.add_argument("--pages", nargs="+", default=paths)
    parser.add_argument("--rounds", type=int, default=16)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, server():
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        answers = {}
        for path in options.pages:
            answers[path or "overview"] = measure(browser, path, options.rounds)
            print(path or "overview", [round(value) for value in answers[path or "overview"]], flush=True)
        browser.close()
    rows = [
        [path, f"{statistics.median(times):.0f}", f"{min(times):.0f}", f"{max(times):.0f}"]
        for path, times in answers.items()
        if times
    ]
    print_table("A control is answered, ms", ["page", "median", "fastest", "slowest"], rows)
    medians = {path: statistics.median(times) for path, times in answers.items() if times}
    within = sum(value <= GOAL_MS for value in medians.values())
    print(f"\n{within} of {len(medians)} pages within {GOAL_MS} ms")
    print_json({"answered_ms": medians, **machine("streamlit", "torch")})


if __name__ == "__main__":
    main()

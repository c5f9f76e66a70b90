"""How soon the families page follows its slider, its choices and the pointer: a real server, chromium and mouse.

    python -m benchmarks.families [--moves 20]

"n to curves" is from the key that moves n to the message that follows the painting of a frame with that n's formulas;
"head" from the click on another head to its painted squares; "hover" from the pointer coming to a word to the message
after the frame with its rows and columns.
"""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks.follows import Times, hover_over, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS

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


def run(page: Page, moves: int) -> Times:
    """Everything, in turn."""
    results = {"n": numbers(page, moves), "head": heads(page, moves)}
    words = page.locator(".vf-model").first.locator(".vf-rows span")
    return results | {"hover": hover_over(page, words, moves)}


if __name__ == "__main__":
    measure("families", __doc__, run, GOAL, 20)

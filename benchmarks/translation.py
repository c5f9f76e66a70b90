"""How soon the translation page follows an exchanged word, a step and the pointer: a real server, chromium and mouse.

    python -m benchmarks.translation [--moves 40]

"Exchange to translation" is from the click on another word to the message that follows the painting of a frame with
that sentence's translation, "step" from a key to its painted frame, "hover" from the pointer coming to a Chinese piece
to the message after the frame with its ribbons.
"""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks.follows import Times, hover_over, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "purple")
GOAL = {"exchange": 200, "step": 200, "hover": 8}
# Notes when something was clicked or pressed, and when a frame after an answer, or after that key, had been painted.
WATCH = """() => {
  const root = window.deep(".vt");
  window.began = 0;
  window.times = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.times.push(performance.now() - window.began);
  const painted = () => requestAnimationFrame(() => channel.port2.postMessage(0));
  addEventListener("click", () => { window.began = performance.now(); }, true);
  addEventListener("keydown", () => { window.began = performance.now(); painted(); }, true);
  new MutationObserver(painted).observe(root, { attributes: true, attributeFilter: ["data-answered"] });
}"""


def exchange(page: Page, times: int) -> list[float]:
    """Milliseconds from another colour to its painted translation, each when the one before is there."""
    for turn in range(times):
        page.get_by_role("button", name=COLOURS[turn - 1 if turn else -1], exact=True).first.click()
        option = page.locator(".vt-option", has_text=COLOURS[turn % len(COLOURS)])
        known = page.evaluate("window.times.length")
        option.first.click()
        page.wait_for_function("(known) => window.times.length > known", arg=known, timeout=PATIENCE_MS)
        page.wait_for_timeout(300)
    return [float(time) for time in page.evaluate("window.times")]


def steps(page: Page, times: int) -> list[float]:
    """Milliseconds from a key to its step."""
    page.locator(".vt-stage").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    page.evaluate("window.times = []")
    for turn in range(times):
        page.keyboard.press("ArrowRight" if turn % 20 < 10 else "ArrowLeft")
        page.wait_for_timeout(120)
    return [float(time) for time in page.evaluate("window.times")]


def run(page: Page, moves: int) -> Times:
    """Everything, in turn."""
    page.goto(f"{ADDRESS}/translation")
    page.locator(".vt-chip").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)
    page.evaluate(WATCH)
    results = {"exchange": exchange(page, min(moves, len(COLOURS))), "step": steps(page, moves)}
    page.keyboard.press("End")
    page.wait_for_timeout(300)
    return results | {"hover": hover_over(page, page.locator(".vt-box[data-piece]"), moves)}


if __name__ == "__main__":
    measure("translation", __doc__, run, GOAL)

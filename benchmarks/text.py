"""How soon attention over words follows the pointer and a choice: a real server, chromium and mouse.

    python -m benchmarks.text [--moves 60]

The text is as long as the page takes, 45 pieces, in BERT. "Hover" is from the pointer coming to a word to the message
that follows the frame with all weights of that word; "another head" from the key to that after the frame with its map
drawn. ``python -m benchmarks.controls --pages text`` measures the controls that ask the server.
"""

from __future__ import annotations

from urllib.parse import urlencode

from playwright.sync_api import Page

from benchmarks.follows import Times, hover_over, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS

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


def another_head(page: Page, turns: int) -> list[float]:
    """Milliseconds from the key to the frame with the next head's map."""
    page.locator(".wa-words").first.focus()
    page.evaluate(KEYS)
    for _ in range(turns):
        page.keyboard.press("]")
        page.wait_for_timeout(60)
    return [float(time) for time in page.evaluate("window.keys")]


def run(page: Page, moves: int) -> Times:
    """Everything, in turn."""
    asked = urlencode({"text.section": "attention", "text.text": TEXT})
    page.goto(f"{ADDRESS}/text?{asked}")
    words = page.locator(".wa-word")
    words.nth(44).wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(2000)
    hover_over(page, words, 5)
    return {"hover": hover_over(page, words, moves, step=7), "another head": another_head(page, moves)}


if __name__ == "__main__":
    measure("text", __doc__, run, GOAL, 60, "Attention over 47 tokens follows, ms")

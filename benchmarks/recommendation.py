"""How soon the recommendation page answers a change of an aircraft's flights, and follows the pointer.

    python -m benchmarks.recommendation [--moves 30]

"Change" is from the click on "leave out" to the message after the frame with the answer to that very row. "Hover" is
from the pointer coming to another flight of the sheet to the message after the frame that marks it; with it go the same
airport's other flights, its place on the map and a line of text. Under the GRU the sheet has its gates too.
"""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks.follows import Times, hover_over, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS

GOAL = {"change": 200, "hover": 8, "hover, GRU": 8}
# Notes when a button was pressed, and when a frame with the answer to another row had been painted.
WATCH = """() => {
  const root = window.deep(".vr-aircraft");
  window.answers = [];
  window.pressed = 0;
  window.deep(".vr-edit").addEventListener("click", () => { window.pressed = performance.now(); }, true);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.answers.push(performance.now() - window.pressed);
  new MutationObserver(() => requestAnimationFrame(() => channel.port2.postMessage(0)))
    .observe(root, { attributes: true, attributeFilter: ["data-answered"] });
}"""


def opened(page: Page, view: str) -> None:
    """A section of the page, at rest."""
    page.goto(f"{ADDRESS}/recommendation?recommendation.view={view}")
    page.locator(".vr-chip").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(2000)


def change(page: Page, moves: int) -> list[float]:
    """Milliseconds from a click to its answer, each at another flight."""
    page.evaluate(WATCH)
    for turn in range(moves):
        known = page.evaluate("window.answers.length")
        page.locator(".vr-strip").press("ArrowLeft")
        page.get_by_role("button", name="leave out").click()
        page.wait_for_function("(known) => window.answers.length > known", arg=known, timeout=PATIENCE_MS)
        page.wait_for_timeout(400 + turn % 3)
    return [float(time) for time in page.evaluate("window.answers")]


def run(page: Page, moves: int) -> Times:
    """Everything, in turn."""
    opened(page, "attention")
    change(page, 3)  # the first ones load what later ones find
    opened(page, "attention")
    results = {"change": change(page, moves)}
    for name, view in (("hover", "attention"), ("hover, GRU", "gru")):
        opened(page, view)
        results[name] = hover_over(page, page.locator(".vr-chip"), moves, step=7)
    return results


if __name__ == "__main__":
    measure("recommendation", __doc__, run, GOAL, 30)

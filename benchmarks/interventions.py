"""How soon the bench shows what one more edit does: a real server, chromium and click.

    python -m benchmarks.interventions [--moves 24]

Two edits are on the bench; a third that was never run is put on it with the form's button, is taken off again, and the
next one follows. "Painted" is from the click to the message after the frame in which its own line, the line of all
together, the bars of the classes and the lines of the stream all show the new numbers: two runs of the model (the edit
alone, and all together), their differences, and Streamlit's way to the browser and back. The second pane of the
explorer fetches the edited attention afterwards. "Turned" is the same for the check box of an edit that is there.
"Runs" is what of it the model takes, in a process of its own: both runs, from the edited block on, and a plain run.
"""

from __future__ import annotations

import time

import torch
from playwright.sync_api import Page

import vitviz
from benchmarks.follows import Times, measure
from benchmarks.pages import ADDRESS, PATIENCE_MS
from vitviz.samples import SAMPLES
from vitviz.tracing.planned_edit import PlannedEdit
from vitviz.tracing.trace import run_edited

GOAL = {"ViT-Ti, painted": 300, "ViT-Ti, turned": 300}
# Looks at every frame whether the list, the bars and the lines have all changed since the click.
WATCH = """() => {
  const all = (selector, root = document) => [
    ...root.querySelectorAll(selector),
    ...[...root.querySelectorAll("*")].flatMap((each) => each.shadowRoot ? all(selector, each.shadowRoot) : []),
  ];
  const state = () => [
    document.querySelector(".st-key-bench-list")?.innerText,
    ...all(".js-plotly-plot").map((plot) => JSON.stringify(plot.data?.map(
      (trace) => [...(trace.orientation ? trace.x : trace.y)],
    ))),
  ];
  window.painted = null;
  addEventListener("click", (event) => {
    if (!event.target.closest(".st-key-bench-list, [data-testid=stExpander]")) return;
    const begun = performance.now(), before = state(), channel = new MessageChannel();
    channel.port1.onmessage = () => { window.painted = performance.now() - begun; };
    window.painted = null;
    const look = () => {
      const now = state();
      if (now.length >= 3 && now.every((text, at) => text !== before[at])) channel.port2.postMessage(0);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""
MODELS = {"ViT-Ti": ("vit-tiny", 12, 3), "ViT-B": ("vit-b16", 12, 12)}


def opened(page: Page, model: str) -> None:
    """The page with two edits, with nothing left to load."""
    page.goto(f"{ADDRESS}/interventions?model={model}&bench=h8.1,u4.70")
    page.locator(".st-key-bench-list").wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(4000)
    page.get_by_text("Add to the bench").click()
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)


def painted(page: Page) -> float:
    """Milliseconds from the last click until everything was painted."""
    page.wait_for_function("() => window.painted !== null", timeout=PATIENCE_MS)
    return float(page.evaluate("window.painted"))


def added(page: Page, moves: int) -> list[float]:
    """Put an edit that was never run on the bench and take it off again, one after another."""
    found = []
    for turn in range(moves):
        number = page.get_by_label("Head, 0 to")
        number.fill(str(turn % 3))
        number.press("Enter")
        _choose_block(page, turn // 3)
        page.wait_for_timeout(600)
        page.get_by_role("button", name="Put it on the bench").click()
        found.append(painted(page))
        page.wait_for_timeout(900)
        page.locator(".st-key-bench-list").get_by_role("button").nth(2).click()
        page.wait_for_timeout(1200)
    return found


def _choose_block(page: Page, number: int) -> None:
    box = page.get_by_role("combobox", name="block")
    box.click()
    page.get_by_role("option", name=f"blocks.{number}", exact=True).click()


def turned(page: Page, moves: int) -> list[float]:
    """Turn one of two edits off and on."""
    found = []
    for _ in range(moves):
        page.locator(".st-key-bench-list label").first.click()
        found.append(painted(page))
        page.wait_for_timeout(900)
    return found


def runs(model: str, moves: int) -> Times:
    """What the model takes of it, with one thread, as the app runs it."""
    torch.set_num_threads(1)
    name = MODELS[model][0]
    loaded = vitviz.load_model(name)
    plain = vitviz.trace(loaded, SAMPLES[0].path)
    both = [PlannedEdit.read(text).edit(lambda _: plain) for text in ("h8.1", "u4.70")]
    times: Times = {f"{model}, runs": [], f"{model}, plain run": []}
    image = plain.kept["image"]
    for turn in range(moves):
        edit = PlannedEdit("head", turn % MODELS[model][1], (turn % MODELS[model][2],)).edit(lambda _: plain)
        begun = time.perf_counter()
        run_edited(plain, edit)
        run_edited(plain, both[0] + both[1] + edit)
        times[f"{model}, runs"].append(1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        with torch.no_grad():
            loaded.network(image)
        times[f"{model}, plain run"].append(1000 * (time.perf_counter() - begun))
    return times


def run(page: Page, moves: int) -> Times:
    """ViT-Ti in the browser, then what the runs take for both models."""
    opened(page, "vit-tiny")
    results = {"ViT-Ti, painted": added(page, moves), "ViT-Ti, turned": turned(page, min(moves, 12))}
    return results | runs("ViT-Ti", moves) | runs("ViT-B", min(moves, 12))


if __name__ == "__main__":
    measure("interventions", __doc__, run, GOAL, moves=24)

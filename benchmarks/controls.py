"""How soon each page answers each of its controls: a real server, a real chromium, medians, the trace already there.

    python -m benchmarks.controls [--pages stream,layer-norm] [--rounds 8] [--quick] [--app ../other-checkout]

Every slider, choice, switch, list, line of text and picture of tokens of every page is changed, also those that another
choice of the page brings up. Sliders and pictures get a **fresh** value at every step: a value that was there before
comes out of Streamlit's message cache. "Answered" is from the key press or click to the painting of the last thing
that changed: until no message came and no element of the page changed any more. The goal is 200 ms for each median.
Not measured: buttons that start something long (these show progress and can be stopped), and what the browser answers
without the server where that is measured elsewhere (``benchmarks.explorer``, ``benchmarks.swin_lab``). "page: opened"
is the same from the click on its name, coming from another page, with everything that it shows already computed.
Two times are told: until everything in sight (1280 x 900, at the top of the page or where the control is) was painted,
and until the whole page was, far below the fold too.

``--quick`` measures sliders and pictures only, also those that a choice brings up: a few minutes for six pages on a
quiet machine. With ``--app`` (a folder, may be given several times) other checkouts are measured too, step by step in
turns with this one: what else the machine does then weighs on all alike.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright

from benchmarks.pages import PATIENCE_MS, ROOT, free_port, server
from benchmarks.report import machine, print_json, print_table
from vitviz.app.pages import PLACES, TOPICS, address_of

FINISHED = "[data-testid=stApp][data-test-script-state=notRunning]"
GOAL_MS = 200
PLACES_OF = tuple(PLACES.values())
QUIET_MS = 500
GOLDEN = 0.618034  # steps of which never meet again
QUICK = ("slider", "picture")
# What a person does begins an answer; messages of the server and changes of the page carry it on; the painting of the
# last of them ends it. The status line of Streamlit and what is only said to screen readers later are left out.
LISTEN = """(() => {
  const heard = window.heard = { begun: 0, touched: 0, painted: 0, sent: 0, received: 0, changes: [] };
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    heard.painted = performance.now();
    for (const change of heard.changes) change.painted ??= heard.painted;
  };
  const touch = (elements) => {
    heard.touched = performance.now();
    for (const element of elements) heard.changes.push({ element, painted: null });
    requestAnimationFrame(() => channel.port2.postMessage(0));
  };
  const begin = () => { Object.assign(heard, { begun: performance.now(), sent: 0, received: 0, changes: [] }); };
  addEventListener('keydown', begin, true);
  addEventListener('click', begin, true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    heard.sent += 1;
    if (!this.listened) {
      this.listened = true;
      this.addEventListener('message', () => { heard.received += 1; touch([]); });
    }
    return send.call(this, data);
  };
  const aside = '[data-testid=stStatusWidget], [role=status]';
  // Streamlit notes on its elements that a run is under way; nothing that they show changes by that.
  const noted = ({ type, attributeName, target }) => type === 'attributes' && (attributeName.startsWith('data-')
    || (attributeName === 'class' && target.matches('[data-testid=stElementContainer]')));
  const element = (node) => (node.closest ? node : node.parentElement ?? node.host);
  const watcher = new MutationObserver((changes) => {
    const nodes = changes.filter((change) => !noted(change))
      .flatMap(({ target, addedNodes }) => (addedNodes.length ? [...addedNodes] : [target]));
    const changed = [...new Set(nodes.map(element))].filter((one) => one && !one.closest(aside));
    if (changed.length) touch(changed);
  });
  const watched = new WeakSet();
  window.watch = () => {
    const roots = [document.body];
    for (const root of roots) {
      for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot);
      if (watched.has(root)) continue;
      watched.add(root);
      watcher.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    }
  };
  window.answered = () => {
    const seen = heard.changes.filter(({ element }) => {
      const box = element.getBoundingClientRect();
      return box.width && box.height && box.bottom > 0 && box.top < innerHeight;
    });
    const whole = heard.painted - heard.begun;
    return [seen.length ? Math.max(...seen.map(({ painted }) => painted - heard.begun)) : whole, whole];
  };
})();"""
SETTLED = """(quiet) => {
  const { begun, touched, painted, sent, received } = window.heard;
  const idle = document.querySelector('[data-testid=stApp]').getAttribute('data-test-script-state') === 'notRunning';
  const still = performance.now() - Math.max(begun, touched) > quiet;
  return idle && still && painted >= touched && (sent === 0 || received > 0);
}"""
Times = list[
    tuple[float, float]
]  # milliseconds until everything in sight, and everything on the page, was painted


Found = dict[str, Times]


class Control(NamedTuple):
    """One thing on a page that a person can change: what it is, what it is called, and how to change it."""

    kind: str
    label: str
    change: Callable[[int], None]


def slider(place: Locator) -> Callable[[int], None]:
    """Move a slider one step on, from its lowest value; at its highest it begins again."""
    limits = "(e) => [e.value ?? e.getAttribute('aria-valuenow'), e.max ?? e.getAttribute('aria-valuemax')].map(Number)"

    def change(turn: int) -> None:
        value, largest = place.evaluate(limits)
        if turn == 0 or value >= largest:
            place.press("Home")
            settle(place.page)
        place.press("ArrowRight")

    return change


def group(place: Locator) -> Callable[[int], None]:
    """Choose the second and the first of a row of choices by turns."""
    choices = place.locator("button, [role=radio]")
    return lambda turn: choices.nth(1 - turn % 2).click()


def entries(place: Locator) -> Callable[[int], None]:
    """Open a list and choose its second and first entry by turns; the answer begins with the choice."""

    def change(turn: int) -> None:
        place.press("ArrowDown")
        place.page.locator("[role=option]").nth(1 - turn % 2).click()

    return change


def text(place: Locator) -> Callable[[int], None]:
    """Write the same text with and without a space at its end."""

    def change(turn: int) -> None:
        written = place.input_value().rstrip()
        place.fill(written if turn % 2 else f"{written} ")
        place.press("Enter")

    return change


def tokens(place: Locator) -> Callable[[int], None]:
    """Click another place of a picture at every turn."""

    def change(turn: int) -> None:
        box = place.bounding_box()
        assert box is not None
        across, down = ((GOLDEN * (turn + 1) * step) % 1 for step in (1, 2))
        place.click(
            position={"x": box["width"] * (0.04 + 0.92 * across), "y": box["height"] * (0.04 + 0.92 * down)}
        )

    return change


KINDS: dict[str, tuple[str, Callable[[Locator], Callable[[int], None]]]] = {
    "slider": ("[data-testid=stSlider] :is(input[type=range], [role=slider]), .vn-which input", slider),
    "choice": ("[data-testid=stButtonGroup]", group),
    "switch": ("[data-testid=stCheckbox] label", lambda place: lambda _: place.click()),
    "list": ("[data-testid=stSelectbox] input", entries),
    "text": ("[data-testid=stTextInput] input", text),
    "picture": (".vv-frame[tabindex]", tokens),
}
# What Streamlit or a picture says of itself, or the text of the widget that it is in.
LABEL = """(element) => {
  const widget = element.closest('[data-testid=stElementContainer]') ?? element.getRootNode().host ?? element;
  const label = widget.querySelector?.('[data-testid=stWidgetLabel]')?.textContent;
  const inner = widget.closest?.('[class*=st-key-]')?.className.match(/st-key-([\\\\w-]+)/)?.[1];
  return (label || inner || element.getAttribute('aria-label') || '').trim();
}"""


def controls(page: Page) -> Iterator[Control]:
    """What can be changed on the page now."""
    main = page.locator("[data-testid=stMain]")
    for kind, (selector, acting) in KINDS.items():
        for place in main.locator(selector).all():
            with suppress(Error):  # gone again while the page was read
                yield Control(kind, str(place.evaluate(LABEL))[:48], acting(place))


def settle(page: Page) -> None:
    """Wait until everything is painted and nothing changes any more."""
    page.evaluate("window.watch()")
    page.wait_for_function(SETTLED, arg=QUIET_MS, timeout=PATIENCE_MS)


def answered(page: Page) -> tuple[float, float]:
    """What the last act took."""
    seen, whole = page.evaluate("window.answered()")
    return float(seen), float(whole)


def timed(same: Sequence[Control], pages: Sequence[Page], rounds: int) -> list[Times]:
    """How long each act took to be answered: the same control on the page of every checkout, in turns."""
    times: list[Times] = [[] for _ in pages]
    for turn in range(rounds + 2):
        for control, page, found in zip(same, pages, times, strict=True):
            page.bring_to_front()
            page.evaluate("window.watch()")
            control.change(turn)
            settle(page)
            if turn >= 2:  # the first of each kind makes what later ones find
                found.append(answered(page))
    return [[time for time in found if min(time) > 0] for found in times]


def open_page(browser: Browser, address: str, path: str) -> Page:
    """A page with its trace, everything on it unfolded."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(LISTEN)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/{path}")
    page.locator("[data-testid=stMain] h1").wait_for()
    page.wait_for_timeout(2500)
    page.wait_for_selector(FINISHED)
    settle(page)
    folded = page.locator("[data-testid=stMain] details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    settle(page)
    return page


def visit(page: Page, path: str) -> None:
    """Go to a page by its name above; where its place is another one, by way of that."""
    link = page.locator(f".st-key-nav-pages a[href='{path}'], .st-key-nav-pages a[href$='/{path}']")
    if not link.count():
        page.locator(".st-key-nav-places a").nth(PLACES_OF.index(place_of(path))).click()
        settle(page)
    link.first.click()
    page.wait_for_timeout(30)


def place_of(path: str) -> tuple[str, ...]:
    """The topics of the place that a page is in."""
    return next(topics for topics in PLACES_OF if path in map(address_of, topics))


def opened(page: Page, path: str, rounds: int) -> Times:
    """How long the page takes to come up after the click on its name, coming from another one."""
    times = []
    for _ in range(rounds + 1):
        visit(page, next(other for other in map(address_of, place_of(path)) if other != path))
        settle(page)
        visit(page, path)
        settle(page)
        times.append(answered(page))
    return times[1:]


def measure(
    browser: Browser, addresses: Sequence[str], path: str, options: argparse.Namespace
) -> list[Found]:
    """The times of every control of a page by what it is called, for each checkout."""
    pages = [open_page(browser, address, path) for address in addresses]
    found: list[Found] = [{} for _ in pages]

    def all_here() -> None:
        every = [{f"{one.kind}: {one.label}": one for one in controls(page)} for page in pages]
        for name, control in every[0].items():
            if name in found[0] or (options.quick and control.kind not in QUICK):
                continue
            same = [own[name] for own in every if name in own]
            if len(same) < len(pages):
                print(f"  {path} | {name}: not on every checkout", flush=True)
                continue
            with suppress(Error):
                for own, times in zip(found, timed(same, pages, options.rounds), strict=True):
                    own[name] = times
                print(
                    f"  {path or 'path-start'} | {name}",
                    *(_rounded(own[name]) for own in found),
                    sep="\n    ",
                    flush=True,
                )

    all_here()
    _through_choices(pages, all_here)
    if not options.quick:
        for page, own in zip(pages, found, strict=True):
            own["page: opened"] = opened(page, path, options.rounds)
    for page in pages:
        page.close()
    return [{name: times for name, times in own.items() if times} for own in found]


def _through_choices(pages: Sequence[Page], then: Callable[[], None]) -> None:
    """Take every choice of the first row of choices on each page."""
    rows = [page.locator("[data-testid=stMain] [data-testid=stButtonGroup]").first for page in pages]
    for choice in range(rows[0].locator("button, [role=radio]").count() if rows[0].count() else 0):
        for page, row in zip(pages, rows, strict=True):
            row.locator("button, [role=radio]").nth(choice).click()
            settle(page)
        then()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    paths = [address_of(topic) for topic in TOPICS]
    parser.add_argument("--pages", type=lambda given: given.split(","), default=paths)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--app", type=Path, action="append", default=[])
    return parser.parse_args()


def main() -> None:
    """Run everything and report."""
    options = _parse()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    checkouts = [ROOT, *(path.resolve() for path in options.app)]
    with sync_playwright() as playwright, ExitStack() as servers:
        addresses = [servers.enter_context(server(checkout, free_port())).address for checkout in checkouts]
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        answers = {path or "path-start": measure(browser, addresses, path, options) for path in options.pages}
        browser.close()
    for at, checkout in enumerate(checkouts):
        _report(
            checkout.name if len(checkouts) > 1 else "", {path: found[at] for path, found in answers.items()}
        )


def _report(name: str, answers: dict[str, Found]) -> None:
    rows, medians = [], {}
    for path, found in answers.items():
        for control, times in found.items():
            seen, whole = (statistics.median(values) for values in zip(*times, strict=True))
            medians[f"{path} | {control}"] = (seen, whole)
            slowest = max(value for _, value in times)
            rows.append([f"{path} | {control}", f"{seen:.0f}", f"{whole:.0f}", f"{slowest:.0f}"])
    title = f"A control is answered, ms{': ' + name if name else ''}"
    print_table(title, ["page | control", "in sight", "whole page", "slowest"], rows)
    for at, what in enumerate(("in sight", "on the whole page")):
        within = sum(values[at] <= GOAL_MS for values in medians.values())
        print(f"\n{within} of {len(medians)} answered {what} within {GOAL_MS} ms")
    print_json({"checkout": name, "answered_ms": medians, **machine("streamlit", "torch")})


def _rounded(times: Times) -> str:
    return " ".join(f"{seen:.0f}/{whole:.0f}" for seen, whole in times)


if __name__ == "__main__":
    main()

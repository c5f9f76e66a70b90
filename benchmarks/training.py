"""The training lab: how far a run is after how long, how soon another person's page answers beside two of them, frames.

    python -m benchmarks.training [--looks 40] [--only run browser beside memory]

``run``: the plain run of ``python -m vitviz.train --task lab`` on one thread, pictures drawn first. The others have a
server. ``browser``: in a real chromium a person starts a run on the page: its seconds, what it reached, and the page's
frames until it ends; then the film's slider is moved with every frame; then two people start one each at the same time.
``beside``: two people's runs go on, who look once a second as their page does (without a browser of their own, as they
have machines of their own); a third person in a chromium chooses stages of the overview's chain, and a visitor asks for
whole pages, before and meanwhile. ``memory``: runs are begun, taken to their hundredth step and reset: what the server
says that it holds, and what it takes. Client and server share this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import torch
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks.follows import BROWSERS
from benchmarks.load import held, resident
from benchmarks.pages import PATIENCE_MS, STAGES, TWO_FRAMES, Server, free_port, server
from benchmarks.report import machine, mib, print_json, print_table
from benchmarks.visitor import Visitor
from vitviz.train.lab import Evaluation, LabRun, StepRecord
from vitviz.train.lab_config import LabConfig

PAGE = "training"
LIVE = "training.section=live"
OTHER = "attention"
MARKS = (5, 10, 20, 30, 45)  # seconds of CPU
GOAL_MS = 200
LONGEST_RUN_MS = 600_000
SCRUBBED = 240  # frames
TAKEN_TO, CYCLES = 100, 5  # steps, runs
PROGRESS = re.compile(r"step (\d+) of (\d+), (\d+) s of CPU in (\d+) s, ([\d.]+) MiB")
REACHED = re.compile(r"([\d.]+) % of 500 new pictures")
FRAMES = """(seconds) => new Promise((done) => {
  const frames = [];
  const end = performance.now() + 1000 * seconds;
  const count = (now) => { frames.push(now); if (now < end) requestAnimationFrame(count); else done(frames); };
  requestAnimationFrame(count);
})"""
SCRUB = """(slider, frames) => new Promise((done) => {
  const times = [], last = Number(slider.max);
  const move = (now) => {
    times.push(now);
    if (times.length > frames) return done(times);
    slider.value = String(times.length % (last + 1));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
})"""


def one_run() -> dict[str, Any]:
    """The plain run from the start: accuracy on new pictures by seconds of CPU, and what it holds."""
    torch.set_num_threads(1)
    begun, wall = time.process_time(), time.perf_counter()
    run = LabRun(LabConfig())
    reached: list[tuple[float, float]] = []
    drawn = 0.0
    for record in run.records():
        if isinstance(record, StepRecord):
            drawn = drawn or time.process_time() - begun
        if isinstance(record, Evaluation):
            reached.append((time.process_time() - begun, record.accuracy))
    return {
        "first_step_after_s": drawn,
        "cpu_s": time.process_time() - begun,
        "wall_s": time.perf_counter() - wall,
        "accuracy": reached[-1][1],
        "accuracy_on_training": run.evaluations[-1].train_accuracy,
        "after": {str(mark): max((a for at, a in reached if at <= mark), default=0.0) for mark in MARKS},
        "held_bytes": run.nbytes,
    }


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a GPU; whoever has none is told what to install."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("this benchmark needs chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Lab:
    """The page of a run in a tab of its own."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en").new_page()
        self.page.goto(f"{address}/{PAGE}?{LIVE}")
        self.button("Start").wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_timeout(1500)

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def start(self) -> None:
        """Begin a run."""
        self.button("Start").click()

    def says(self) -> tuple[int, int, int, int, float] | None:
        """Step, of how many, seconds of CPU, seconds and MiB, as the page says them; None where it does not yet."""
        found = PROGRESS.search(self.page.locator("[data-testid=stProgress]").first.text_content() or "")
        if found is None:
            return None
        step, of, cpu, seconds, held_mib = found.groups()
        return int(step), int(of), int(cpu), int(seconds), float(held_mib)

    def ended(self) -> bool:
        """Whether the run is complete."""
        if self.button("Stop").count() or not self.page.locator("[data-testid=stProgress]").count():
            return False
        said = self.says()
        return said is not None and said[0] == said[1]

    def result(self) -> dict[str, Any]:
        """What the page says of a complete run."""
        said = self.says()
        text = self.page.get_by_text(REACHED).last.text_content() or ""
        found = REACHED.search(text)
        assert said is not None
        assert found is not None
        return {"cpu_s": said[2], "seconds": said[3], "held_mib": said[4], "accuracy": float(found[1]) / 100}


def in_browser(there: Server) -> dict[str, Any]:
    """One person's run with its frames, the film scrubbed, then two people's runs at once."""
    with chromium() as browser:
        lab = Lab(browser, there.address)
        idle = paced(lab.page.evaluate(FRAMES, 5))
        begun = time.perf_counter()
        lab.start()
        frames: list[float] = []
        gaps: list[float] = []
        while not lab.ended():
            frames = lab.page.evaluate(FRAMES, 2)
            gaps += [later - earlier for earlier, later in pairwise(frames)]
            if time.perf_counter() - begun > LONGEST_RUN_MS / 1000:
                sys.exit("the run did not end")
        alone = lab.result() | {"until_seen_s": time.perf_counter() - begun}
        slider = lab.page.get_by_role("slider", name="Snapshot")
        scrubbed = paced(slider.evaluate(SCRUB, SCRUBBED))
        lab.page.close()
        pair = [Lab(browser, there.address) for _ in range(2)]
        for each in pair:
            each.start()
        begun = time.perf_counter()
        while not all(each.ended() for each in pair):
            pair[0].page.wait_for_timeout(500)
            if time.perf_counter() - begun > LONGEST_RUN_MS / 1000:
                sys.exit("two runs did not end")
        at_once = [each.result() for each in pair]
    return {"alone": alone, "idle": idle, "going": of_gaps(gaps), "scrubbed": scrubbed, "at_once": at_once}


def paced(times: Sequence[float]) -> dict[str, float]:
    """Frames a second and the gaps between frames that came at ``times``, in ms."""
    return of_gaps([later - earlier for earlier, later in pairwise(times)])


def of_gaps(gaps: Sequence[float]) -> dict[str, float]:
    """The same from the gaps, in ms."""
    ordered = sorted(gaps)
    return {
        "frames_per_s": 1000 * len(gaps) / sum(gaps),
        "median_gap_ms": statistics.median(gaps),
        "p99_gap_ms": ordered[int(0.99 * (len(ordered) - 1))],
        "longest_gap_ms": ordered[-1],
    }


def step_of(visitor: Visitor) -> int:
    """Where the visitor's run is, 0 while pictures are drawn."""
    said = PROGRESS.search(str(visitor.elements("progress")))
    return int(said[1]) if said else 0


class Runners:
    """Two people with a run each, who look at it once a second, in a thread of their own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        self.going = [False, False]
        self.both_began, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._look()))

    def __enter__(self) -> Runners:
        self._thread.start()
        if not self.both_began.wait(PATIENCE_MS / 1000):
            sys.exit("two runs did not begin")
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    async def _look(self) -> None:
        people = [Visitor(self.address) for _ in range(2)]
        for visitor in people:
            await visitor.arrive()
            visitor.query = LIVE
            await visitor.run(PAGE)
            visitor.press("training.start")
        while not self._end.is_set():
            for i, visitor in enumerate(people):
                await visitor.run(PAGE)
                self.going[i] = any("training.stop" in each.id for each in visitor.elements("button"))
            if all(step_of(visitor) for visitor in people):
                self.both_began.set()
            await asyncio.sleep(1.0)
        self.faults = [fault for visitor in people for fault in visitor.faults]
        for visitor in people:
            await visitor.run(PAGE)
            visitor.press("training.reset")
            await visitor.run(PAGE)
            await visitor.leave()


def beside(there: Server, looks: int) -> dict[str, Any]:
    """How soon a third person is answered before two runs and beside them, and whether both went on meanwhile."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
        page.goto(f"{there.address}/overview")
        page.wait_for_selector(".vv-tensor h4", timeout=PATIENCE_MS)
        asked(there.address, 3)
        clicked(page, 6)
        found: dict[str, Any] = {
            "before": {"click": timed(clicked(page, looks)), "page": timed(asked(there.address, looks))}
        }
        with Runners(there.address) as runners:
            during = {"click": timed(clicked(page, looks)), "page": timed(asked(there.address, looks))}
            going = all(runners.going)
        return found | {"during": during, "both_still_going": going, "faults": runners.faults}


def clicked(page: Page, looks: int) -> list[float]:
    """Milliseconds from the click on a stage of the overview's chain to its tensor painted."""
    times = []
    for turn in range(looks):
        stage, name = STAGES[turn % len(STAGES)]
        button = page.get_by_role("button", name=stage)
        shown = page.locator(".vv-tensor h4", has_text=name)
        begun = time.perf_counter()
        button.click()
        shown.wait_for()
        page.evaluate(TWO_FRAMES)
        times.append(1000 * (time.perf_counter() - begun))
        page.wait_for_timeout(200)
    return times


def asked(address: str, looks: int) -> list[float]:
    """``whole_pages`` in a thread, as playwright has this one's loop."""
    found: list[float] = []
    thread = threading.Thread(target=lambda: found.extend(asyncio.run(whole_pages(address, looks))))
    thread.start()
    thread.join()
    return found


async def whole_pages(address: str, looks: int) -> list[float]:
    """Milliseconds until a visitor's page with a picture was whole, again and again."""
    visitor, times = Visitor(address), []
    await visitor.arrive()
    for _ in range(2 + looks):  # the first ones prepare the picture
        begun = time.perf_counter()
        await visitor.run(OTHER)
        times.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(0.2)
    await visitor.leave()
    return times[2:]


def timed(times: Sequence[float]) -> dict[str, float]:
    """Median, 95th of a hundred and the longest, in ms."""
    ordered = sorted(times)
    return {
        "median_ms": statistics.median(times),
        "p95_ms": ordered[int(0.95 * (len(ordered) - 1))],
        "longest_ms": ordered[-1],
    }


def memory(there: Server) -> dict[str, Any]:
    """What a run weighs while it goes on, and what is left when runs were stopped and reset."""

    async def cycles() -> list[tuple[int, int]]:
        visitor = Visitor(there.address)
        await visitor.arrive()
        visitor.query = LIVE
        await visitor.run(PAGE)
        found = [figures(there)]
        for _ in range(CYCLES):
            visitor.press("training.start")
            step = 0
            while step < TAKEN_TO:
                await visitor.run(PAGE)
                step = step_of(visitor)
                await asyncio.sleep(0.5)
            found.append(figures(there))
            visitor.press("training.reset")
            await visitor.run(PAGE)
            await asyncio.sleep(1.0)
            found.append(figures(there))
        await visitor.leave()
        return found

    first, *rest = asyncio.run(cycles())
    going, reset = rest[::2], rest[1::2]
    return {
        "held_bytes": going[-1][0] - reset[-1][0],
        "held_bytes_left": reset[-1][0] - first[0],
        "resident_bytes_first_run": going[0][1] - first[1],
        "resident_bytes_growth": [at - reset[0][1] for _, at in reset[1:]],
    }


def figures(there: Server) -> tuple[int, int]:
    """Bytes that the server says that it holds, and that its process takes."""
    return held(there.address)[0], resident(there.process)


def report(results: dict[str, Any]) -> None:
    """Tables for people."""
    if run := results.get("run"):
        heads = [
            "accuracy on new pictures after",
            *(f"{mark} s" for mark in MARKS),
            f"{run['cpu_s']:.0f} s",
            "MiB",
        ]
        row = ["", *(f"{run['after'][str(mark)]:.3f}" for mark in MARKS), f"{run['accuracy']:.3f}"]
        print_table("One run, one thread, seconds of CPU", heads, [[*row, mib(run["held_bytes"])]])
    if seen := results.get("browser"):
        rows = [("alone", seen["alone"]), *(("of two at once", each) for each in seen["at_once"])]
        print_table(
            "A run on the page in chromium, as the page says",
            ["", "seconds", "s of CPU", "new pictures right", "MiB"],
            [
                [
                    name,
                    str(each["seconds"]),
                    str(each["cpu_s"]),
                    f"{each['accuracy']:.3f}",
                    str(each["held_mib"]),
                ]
                for name, each in rows
            ],
        )
        whens = (("before a run", "idle"), ("while it goes on", "going"), ("the film scrubbed", "scrubbed"))
        print_table(
            "Frames of the page",
            ["", "frames a second", "median gap ms", "99th of 100", "longest"],
            [[name, *(f"{value:.1f}" for value in seen[key].values())] for name, key in whens],
        )
    if answers := results.get("beside"):
        names = (("click", "overview: click to painted, chromium"), ("page", f"{OTHER}: whole page, visitor"))
        print_table(
            f"A third person, ms: median / p95 (goal {GOAL_MS}); both runs went on: {answers['both_still_going']}",
            ["", "no run", "beside two runs"],
            [
                [
                    name,
                    *(
                        f"{answers[when][key]['median_ms']:.0f} / {answers[when][key]['p95_ms']:.0f}"
                        for when in ("before", "during")
                    ),
                ]
                for key, name in names
            ],
        )
    if freed := results.get("memory"):
        growth = ", ".join(mib(each) for each in freed["resident_bytes_growth"])
        print_table(
            f"Memory, MiB, of {CYCLES} runs taken to step {TAKEN_TO} and reset",
            ["", ""],
            [
                ["a run holds", mib(freed["held_bytes"])],
                ["is left after the last reset", mib(freed["held_bytes_left"])],
                [
                    "the process grew by, first run (pictures and torch among it)",
                    mib(freed["resident_bytes_first_run"]),
                ],
                ["the process after each further reset, against the first one", growth],
            ],
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--looks", type=int, default=40)
    parts = ("run", "browser", "beside", "memory")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    options = parser.parse_args()
    with_server: dict[str, Callable[[Server], dict[str, Any]]] = {
        "browser": in_browser,
        "beside": lambda there: beside(there, options.looks),
        "memory": memory,
    }
    results: dict[str, Any] = {"run": one_run()} if "run" in options.only else {}
    report(results)
    for name, part in with_server.items():
        if name in options.only:
            with server(port=free_port()) as there:  # a fresh one, which has drawn nothing yet
                results[name] = part(there)
            report({name: results[name]})
    print_json({"benchmark": "training", **results, **machine("torch", "streamlit")})


if __name__ == "__main__":
    main()

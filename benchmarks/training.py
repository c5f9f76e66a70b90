"""The training lab: how far a run is after how many seconds, how soon pages answer beside two runs, and its frames.

    python -m benchmarks.training [--looks 20] [--frames 20]

The run is that of ``python -m vitviz.train --task lab``, on one thread, pictures drawn first. Then a server: two people
each start a run; each of them and a third person, on a page about a picture, ask for their page in turn, and are timed
until all of it is there, before the runs and while both go on. At last a chromium without a GPU has the page of a run
open: frames a second before the run, and while the run goes on, its curves grow and its film plays. Client and server
share this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import PATIENCE_MS, free_port, server
from benchmarks.report import machine, mib, print_json, print_table
from benchmarks.visitor import Visitor
from vitviz.train.lab import Evaluation, LabRun, StepRecord
from vitviz.train.lab_config import LabConfig

PAGE = "training"
LIVE = "training.section=live"
OTHER = "attention"
MARKS = (5, 10, 20, 30, 45)  # seconds of CPU


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
        "drawn_s": drawn,
        "cpu_s": time.process_time() - begun,
        "wall_s": time.perf_counter() - wall,
        "accuracy": reached[-1][1],
        "accuracy_on_training": run.evaluations[-1].train_accuracy,
        "after": {str(mark): max((a for at, a in reached if at <= mark), default=0.0) for mark in MARKS},
        "held_bytes": run.nbytes,
    }


async def _timed(visitors: Sequence[tuple[Visitor, str]], looks: int) -> list[list[float]]:
    """Seconds until each visitor's page was whole, one after another, ``looks`` times."""
    found: list[list[float]] = [[] for _ in visitors]
    for _ in range(looks):
        for times, (visitor, page) in zip(found, visitors, strict=True):
            begun = time.perf_counter()
            await visitor.run(page)
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(0.2)
    return found


async def beside(address: str, looks: int) -> dict[str, Any]:
    """How soon pages are there before two runs and beside them, and whether both went on meanwhile."""
    people = [Visitor(address) for _ in range(3)]
    for visitor in people:
        await visitor.arrive()
    for runner in people[:2]:
        runner.query = LIVE
    asked = [(people[0], PAGE), (people[1], PAGE), (people[2], OTHER)]
    await _timed(asked, 2)
    before = await _timed(asked, looks)
    for runner in people[:2]:
        runner.press("training.start")
        await runner.run(PAGE)
    while not all("MiB" in str(runner.elements("progress")) for runner in people[:2]):
        for runner in people[:2]:
            await runner.run(PAGE)
        await asyncio.sleep(1.0)
    during = await _timed(asked, looks)
    going = [any("training.stop" in each.id for each in runner.elements("button")) for runner in people[:2]]
    faults = [fault for visitor in people for fault in visitor.faults]
    for visitor in people:
        await visitor.leave()
    return {
        "before": [_summary(times) for times in before],
        "during": [_summary(times) for times in during],
        "both_still_going": all(going),
        "faults": faults,
    }


COUNT = """(seconds) => new Promise((done) => {
  const frames = [];
  const end = performance.now() + 1000 * seconds;
  const count = (now) => { frames.push(now); if (now < end) requestAnimationFrame(count); else done(frames); };
  requestAnimationFrame(count);
})"""


def frames(address: str, seconds: int) -> dict[str, Any]:
    """How often the page is painted before a run and during it, and the longest that it was not."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser")
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/{PAGE}?{LIVE}")
        page.get_by_role("button", name="Start", exact=True).wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(2000)
        before = _frames(page, seconds)
        page.get_by_role("button", name="Start", exact=True).click()
        play = page.get_by_role("button", name="Play", exact=True)
        play.wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(3000)
        play.click()
        during = _frames(page, seconds)
        going = page.get_by_role("button", name="Stop", exact=True).count() == 1
        browser.close()
    return {"before": before, "during": during, "still_going": going}


def _frames(page: Page, seconds: int) -> dict[str, float]:
    times: list[float] = page.evaluate(COUNT, seconds)
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    return {
        "frames_per_s": 1000 * len(gaps) / (times[-1] - times[0]),
        "median_gap_ms": statistics.median(gaps),
        "p99_gap_ms": gaps[int(0.99 * (len(gaps) - 1))],
        "longest_gap_ms": gaps[-1],
    }


def _summary(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "median_ms": 1000 * statistics.median(times),
        "ninth_tenth_ms": 1000 * ordered[int(0.9 * (len(ordered) - 1))],
        "worst_ms": 1000 * ordered[-1],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--looks", type=int, default=20)
    parser.add_argument("--frames", type=int, default=20, help="seconds in which frames are counted")
    arguments = parser.parse_args()
    looks = arguments.looks
    run = one_run()
    print_table(
        "One run, one thread",
        (
            "accuracy on new pictures after",
            *(f"{mark} s" for mark in MARKS),
            f"{run['cpu_s']:.0f} s",
            "held MiB",
        ),
        [
            (
                "",
                *(f"{run['after'][str(mark)]:.3f}" for mark in MARKS),
                f"{run['accuracy']:.3f}",
                mib(run["held_bytes"]),
            )
        ],
    )
    with server(port=free_port()) as there:
        answers = asyncio.run(beside(there.address, looks))
        painted = frames(there.address, arguments.frames)
    names = ("first person, own run", "second person, own run", f"third person, {OTHER}")
    print_table(
        "Page whole after, ms: median (nine in ten)",
        ("", "no run", "beside two runs"),
        [
            (name, *(f"{each['median_ms']:.0f} ({each['ninth_tenth_ms']:.0f})" for each in (before, during)))
            for name, before, during in zip(names, answers["before"], answers["during"], strict=True)
        ],
    )
    print_table(
        "Frames of the page in chromium",
        ("", "frames a second", "median gap ms", "99th of 100", "longest"),
        [
            (
                when,
                *(
                    f"{painted[when][name]:.1f}"
                    for name in ("frames_per_s", "median_gap_ms", "p99_gap_ms", "longest_gap_ms")
                ),
            )
            for when in ("before", "during")
        ],
    )
    print_json(
        {
            "benchmark": "training",
            "run": run,
            "pages": answers,
            "frames": painted,
            **machine("torch", "streamlit"),
        }
    )


if __name__ == "__main__":
    main()

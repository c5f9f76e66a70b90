"""The training lab: how far a run is after how many seconds, and how soon pages answer beside two people's runs.

    python -m benchmarks.training [--looks 20]

The run is that of ``python -m vitviz.train --task lab``, on one thread, pictures drawn first. Then a server: two people
each start a run; each of them and a third person, on a page about a picture, ask for their page in turn, and are timed
until all of it is there, before the runs and while both go on. Client and server share this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Any

import torch

from benchmarks.pages import free_port, server
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
    looks = parser.parse_args().looks
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
    names = ("first person, own run", "second person, own run", f"third person, {OTHER}")
    print_table(
        "Page whole after, ms: median (nine in ten)",
        ("", "no run", "beside two runs"),
        [
            (name, *(f"{each['median_ms']:.0f} ({each['ninth_tenth_ms']:.0f})" for each in (before, during)))
            for name, before, during in zip(names, answers["before"], answers["during"], strict=True)
        ],
    )
    print_json({"benchmark": "training", "run": run, "pages": answers, **machine("torch", "streamlit")})


if __name__ == "__main__":
    main()

"""Many people at once: how soon each has their prediction, whether it is theirs, and what memory they take.

    python -m benchmarks.load [--people 1 5 10 20 30] [--app ../old-checkout ...] [--models vit-tiny swin-mini]

Each person opens the app, sends a picture of their own, opens the explorer and fetches all its payloads. All start at
the same moment. Client and server share this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import vitviz
from benchmarks.pages import ROOT, free_port, server
from benchmarks.report import machine, mib, print_json, print_table
from benchmarks.visitor import Visitor, own_picture
from vitviz.zoo.load import Model

MODELS = ("vit-tiny", "swin-mini")
SETTLED = 55.0  # seconds after the last one left; what they held is to be gone within a minute
STEPS = ("first", "own", "explorer", "payloads")


def resident(process: int, field: str = "VmRSS") -> int:
    """Bytes of memory that a process takes now, or with ``VmHWM`` took at most (Linux)."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(rf"^{field}:\s+(\d+) kB$", text, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def held(address: str) -> tuple[int, int]:
    """What a server says of itself: bytes that it keeps, and how many that may be; zeros where it cannot say."""
    try:
        with urllib.request.urlopen(f"{address}/api/status") as answer:
            figures = json.load(answer)
    except (urllib.error.HTTPError, ValueError):
        return 0, 0
    return figures["held_bytes"], figures["budget_bytes"]


@cache
def _model(name: str) -> Model:
    return vitviz.load_model(name)


def expected(model: str, picture: bytes) -> list[tuple[str, str]]:
    """What the prediction of a picture has to say."""
    scores = vitviz.trace(_model(model), picture).top(5)
    return [(score.name.replace("_", " "), f"{100 * score.probability:.1f}") for score in scores]


async def visit(
    person: Visitor, model: str, picture: bytes
) -> tuple[dict[str, float], list[tuple[str, str]]]:
    """Everything that one person does: after how many seconds each step was done, and what they were told."""
    begun = time.perf_counter()
    await person.arrive()
    connected = time.perf_counter() - begun
    person.query = f"model={model}"
    first = await person.run()
    begun = time.perf_counter()
    await person.upload("own.png", picture)
    sent = time.perf_counter() - begun
    own = await person.run()
    told = person.prediction()
    explorer = await person.run("attention")
    described = person.explorer()
    begun = time.perf_counter()
    for layer in range(len(described["layers"])):
        await person.fetch(f"{described['url']}/{layer}.bin")
    return {
        "first": connected + first["prediction"],
        "own": sent + own["prediction"],
        "explorer": explorer["page"],
        "payloads": time.perf_counter() - begun,
    }, told


async def together(address: str, count: int, models: Sequence[str], process: int) -> dict[str, Any]:
    """``count`` people at once; the quantiles of every step, the memory at its most, and faults."""
    people = [Visitor(address) for _ in range(count)]
    pictures = [own_picture(1000 * count + i) for i in range(count)]
    of = [models[i % len(models)] for i in range(count)]
    predictions: list[list[tuple[str, str]]] = [[] for _ in people]

    async def one(i: int) -> dict[str, float]:
        times, predictions[i] = await visit(people[i], of[i], pictures[i])
        return times

    times = await asyncio.gather(*map(one, range(count)))
    memory = resident(process)
    wrong = sum(
        said != expected(model, picture)
        for said, model, picture in zip(predictions, of, pictures, strict=True)
    )
    for person in people:
        await person.leave()
    row: dict[str, Any] = {"people": count, "memory": memory, "wrong": wrong}
    row["faults"] = [fault for person in people for fault in person.faults]
    for step in STEPS:
        values = sorted(each[step] for each in times)
        row[f"{step}.p50"] = statistics.median(values)
        row[f"{step}.p95"] = values[min(count - 1, round(0.95 * (count - 1)))]
    return row


async def measure(checkout: Path, counts: Sequence[int], models: Sequence[str]) -> dict[str, Any]:
    """A row for each count of people, one after another on one server that was warmed up by somebody."""
    with server(checkout, free_port()) as (address, process):
        for model in models:
            newcomer = Visitor(address)
            await newcomer.arrive()
            newcomer.query = f"model={model}"
            await newcomer.run()
            await newcomer.leave()
        await asyncio.sleep(SETTLED)
        empty = resident(process)
        rows = [await together(address, count, models, process) for count in counts]
        most = resident(process, "VmHWM")
        await asyncio.sleep(SETTLED)
        return {"empty": empty, "rows": rows, "most": most, "after": resident(process)}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--people", type=int, nargs="+", default=[1, 5, 10, 20, 30])
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument(
        "--app", type=Path, nargs="*", default=[], help="other checkouts, measured before this one"
    )
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    for checkout in [*options.app, ROOT]:
        figures[checkout.name] = found = asyncio.run(measure(checkout, options.people, options.models))
        print_table(
            f"{checkout.name}: seconds p50 / p95; empty server {mib(found['empty'])} MiB, "
            f"most {mib(found['most'])}, after all left {mib(found['after'])}",
            ("people", *STEPS, "MiB above empty", "wrong", "faults"),
            [
                (
                    str(row["people"]),
                    *(f"{row[f'{step}.p50']:.2f} / {row[f'{step}.p95']:.2f}" for step in STEPS),
                    mib(row["memory"] - found["empty"]),
                    str(row["wrong"]),
                    str(len(row["faults"])),
                )
                for row in found["rows"]
            ],
        )
        for fault in [fault for row in found["rows"] for fault in row["faults"]][:5]:
            print(fault)
    print_json({"load": figures, **machine("streamlit", "torch")})


if __name__ == "__main__":
    main()

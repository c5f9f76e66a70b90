"""A server that is used for long: people come, look around, send pictures, leave, come again. Does its memory stay?

    python -m benchmarks.soak [--minutes 10] [--people 6] [--app ../old-checkout]

Whatever each one reads is compared with torch. The memory at the end is to be within 10 % of that in the middle.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load import expected, held, resident
from benchmarks.pages import ROOT, free_port, server
from benchmarks.report import machine, mib, print_json, print_table
from benchmarks.visitor import Visitor, own_picture

MODELS = ("vit-tiny", "swin-mini", "vit-s16", "swin-t", "vit-b16")
PAGES = (
    "patches",
    "attention",
    "stream",
    "attribution",
    "lens",
    "layer-norm",
    "norm-depth",
    "class-scores",
    "loss",
    "convolution",
    "position",
)
VISIT = 6  # pages that one person opens before they leave
EVERY = 1.0  # seconds between two looks at the memory
MOST = 1.1  # times the memory in the middle


@dataclass
class Soak:
    """What was seen: visits, pages, what was wrong, and (seconds, bytes of the server, bytes that it says it keeps)."""

    visits: int = 0
    pages: int = 0
    wrong: int = 0
    faults: list[str] = field(default_factory=list)
    memory: list[tuple[float, int, int]] = field(default_factory=list)

    def around(self, share: float) -> float:
        """Bytes at that part of the time: the median of a tenth of all looks."""
        return statistics.median(size for _, size, _ in self._looks(share))

    def besides(self, share: float) -> float:
        """The same of what the server takes besides what it keeps."""
        return statistics.median(size - kept for _, size, kept in self._looks(share))

    def _looks(self, share: float) -> list[tuple[float, int, int]]:
        count = max(1, len(self.memory) // 10)
        first = min(len(self.memory) - count, int(share * len(self.memory)))
        return self.memory[first : first + count]

    @property
    def growth(self) -> float:
        """The memory at the end as a multiple of that in the middle."""
        return self.around(1.0) / self.around(0.5)


async def soak(address: str, process: int, seconds: float, people: int, models: tuple[str, ...]) -> Soak:
    """So many people at any time for so long."""
    found, begun = Soak(), time.monotonic()

    def left() -> float:
        return begun + seconds - time.monotonic()

    async def watch() -> None:
        while left() > 0:
            kept, _ = await asyncio.to_thread(held, address)
            found.memory.append((time.monotonic() - begun, resident(process), kept))
            await asyncio.sleep(EVERY)

    async def seat(number: int) -> None:
        chance = random.Random(number)
        while left() > 0:
            await _visit(Visitor(address), chance, models, found, left)

    await asyncio.gather(watch(), *map(seat, range(people)))
    return found


async def _visit(
    person: Visitor, chance: random.Random, models: tuple[str, ...], found: Soak, left: Callable[[], float]
) -> None:
    model = chance.choice(models)
    await person.arrive()
    person.query = f"model={model}"
    await person.run()
    for _ in range(VISIT):
        if left() <= 0:
            break
        if chance.random() < 0.4:
            picture = own_picture(chance.randrange(1 << 30))
            await person.upload("own.png", picture)
            await person.run("overview")
            said = person.prediction()
            found.wrong += said != await asyncio.to_thread(expected, model, picture)
        else:
            page = chance.choice(PAGES)
            await person.run(page)
            if person.explorer():
                await person.layer(chance.randrange(2), page)
        found.pages += 1
    await person.leave()
    found.visits += 1
    found.faults += person.faults


def main() -> None:
    """Soak and report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--app", type=Path, default=ROOT, help="another checkout")
    options = parser.parse_args()
    with server(options.app, free_port()) as (address, process):
        empty = resident(process)
        found = asyncio.run(
            soak(address, process, 60 * options.minutes, options.people, tuple(options.models))
        )
        time.sleep(60)
        after = resident(process)
    print_table(
        f"{options.minutes:g} minutes, {options.people} people at any time",
        (
            "visits",
            "pages",
            "empty",
            "middle",
            "end",
            "a minute later",
            "end/middle",
            "besides what is kept",
            "wrong",
            "faults",
        ),
        [
            (
                str(found.visits),
                str(found.pages),
                *map(mib, (empty, found.around(0.5), found.around(1.0), after)),
                f"{found.growth:.2f}",
                f"{mib(found.besides(0.5))}, {mib(found.besides(1.0))}",
                str(found.wrong),
                str(len(found.faults)),
            )
        ],
    )
    for fault in found.faults[:5]:
        print(fault)
    print_json(
        {"soak": vars(found) | {"growth": found.growth, "after": after}, **machine("streamlit", "torch")}
    )
    if found.growth > MOST or found.wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

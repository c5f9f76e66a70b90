"""What one person who tries all models leaves in the memory: 20 switches, then the tab is closed.

    python -m benchmarks.switches [--switches 20] [--app ../old-checkout ...]

``VITVIZ_MEMORY_MB`` is the server's budget. What is held in the end is read while the last page is still open.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import Any

import vitviz
from benchmarks.load import held, resident
from benchmarks.pages import ROOT, free_port, server
from benchmarks.report import machine, mib, print_json, print_table
from benchmarks.visitor import Visitor

SETTLED = 10  # seconds after the last switch
LEFT = (0, 30, 60)  # seconds after the tab was closed


async def switch(address: str, process: int, switches: int) -> dict[str, Any]:
    """Bytes before, at most, after the last switch and after leaving; seconds of every switch."""
    entries = [entry for entry in vitviz.list_models() if not entry.name.endswith("-test")]
    person = Visitor(address)
    await person.arrive()
    await person.run()
    before, seconds = resident(process), []
    for number in range(switches):
        person.choose_model(entries[(number + 1) % len(entries)].title)
        begun = time.perf_counter()
        await person.run()
        seconds.append(time.perf_counter() - begun)
    await asyncio.sleep(SETTLED)
    after, (kept, budget) = resident(process), held(address)
    await person.leave()
    left = []
    for last, wait in zip((0, *LEFT), LEFT, strict=False):
        await asyncio.sleep(wait - last)
        left.append(resident(process))
    return {
        "before": before, "most": resident(process, "VmHWM"), "after": after, "left": left, "seconds": seconds,
        "faults": person.faults, "held": kept, "budget": budget,
    }  # fmt: skip


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--switches", type=int, default=20)
    parser.add_argument(
        "--app", type=Path, nargs="*", default=[], help="other checkouts, measured before this one"
    )
    options = parser.parse_args()
    figures = {}
    for checkout in [*options.app, ROOT]:
        with server(checkout, free_port()) as (address, process):
            figures[checkout.name] = asyncio.run(switch(address, process, options.switches))
    print_table(
        f"MiB of the server, {options.switches} switches of model in one tab",
        (
            "checkout",
            "before",
            "most",
            "after",
            "held",
            "budget",
            *(f"left {wait} s" for wait in LEFT),
            "switch s",
            "faults",
        ),
        [
            (
                name,
                *map(
                    mib,
                    (
                        found["before"],
                        found["most"],
                        found["after"],
                        found["held"],
                        found["budget"],
                        *found["left"],
                    ),
                ),
                f"{min(found['seconds']):.1f}-{max(found['seconds']):.1f}",
                str(len(found["faults"])),
            )
            for name, found in figures.items()
        ],
    )
    print_json({"switches": figures, **machine("streamlit", "torch")})


if __name__ == "__main__":
    main()

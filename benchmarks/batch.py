"""What a picture costs in a batch, against the same picture alone.

``python -m benchmarks.batch`` from the repository's root. Random weights, float32, no gradients. See README.md.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

import vitviz
from benchmarks.report import machine, mib, print_json, print_table
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.trace import Trace, run_on, run_trace

WARM_UP = 1
SAME = 1e-4  # class scores in a batch and alone may differ by so much


@dataclass(frozen=True)
class Figures:
    """Milliseconds a picture, medians; the ratio of the two in one round, with its quartiles; bytes a picture kept."""

    pictures: int
    rounds: int
    alone_ms: float
    batch_ms: float
    ratio: float
    low: float
    high: float
    kept: float


def measure(name: str, pictures: int, rounds: int) -> Figures:
    """Run both in turns; the results of one round are held until the next, as somebody does who compares pictures."""
    network = vitviz.load_model(name).network
    height, width = network.config.image_size
    images = torch.randn(pictures, 3, height, width, generator=torch.Generator().manual_seed(0))
    ways: dict[str, Callable[[], Any]] = {
        "alone": lambda: _alone(network, images),
        "batch": lambda: run_on(TraceBatch, network, images),
    }
    held: dict[str, Any] = {way: work() for way, work in ways.items()}
    gap = max((t.logits - held["batch"].logits[i]).abs().max().item() for i, t in enumerate(held["alone"]))
    if gap > SAME:
        raise RuntimeError(f"{name}: a batch and its pictures alone differ by {gap:.2g}")
    kept = held["batch"].nbytes / pictures
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    gc.collect()
    gc.disable()
    for number in range(WARM_UP + rounds):
        for way in sorted(ways, reverse=bool(number % 2)):
            start = perf_counter()
            result = ways[way]()
            seconds[way].append(perf_counter() - start)
            held[way] = result
    gc.enable()
    alone, batch = (seconds[way][WARM_UP:] for way in ("alone", "batch"))
    ratios = [b / a for a, b in zip(alone, batch, strict=True)]
    low, middle, high = quantiles(ratios, n=4, method="inclusive")
    per = 1e3 / pictures
    return Figures(pictures, rounds, per * median(alone), per * median(batch), middle, low, high, kept)


def _alone(network: Any, images: Tensor) -> list[Trace]:
    return [run_trace(network, images[i : i + 1]) for i in range(len(images))]


def main() -> None:
    """Measure the chosen models and print a table and a line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description="The cost of a batch.")
    parser.add_argument("--models", nargs="+", default=["vit-ti16", "swin-t"], metavar="MODEL")
    parser.add_argument("--pictures", type=int, default=32, help="in a batch (%(default)s)")
    parser.add_argument("--rounds", type=int, default=6, help="at least 2 (%(default)s)")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument(
        "--quick", action="store_true", help="two rounds of two pictures: only whether it runs"
    )
    options = parser.parse_args()
    if options.quick:
        options.pictures = options.rounds = 2
    torch.set_num_threads(options.threads)
    results = {name: measure(name, options.pictures, options.rounds) for name in options.models}
    print_table(
        "A traced picture in a batch and alone: ms, medians; the ratio of paired rounds (and its quartiles)",
        ["model", "pictures", "rounds", "alone", "in a batch", "batch/alone", "kept a picture, MiB"],
        [
            [
                name,
                str(one.pictures),
                str(one.rounds),
                f"{one.alone_ms:.1f}",
                f"{one.batch_ms:.1f}",
                f"{one.ratio:.2f} ({one.low:.2f}-{one.high:.2f})",
                mib(one.kept),
            ]
            for name, one in results.items()
        ],
    )
    print_json(
        {
            "benchmark": "batch",
            "machine": machine("torch"),
            "threads": options.threads,
            "models": {name: asdict(one) for name, one in results.items()},
        }
    )


if __name__ == "__main__":
    main()

"""What each class map costs, in plain runs of the network on one picture.

``python -m benchmarks.class_maps`` from the repository's root. Random weights, float32, one picture. See README.md.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter

import torch
from torch import Tensor

import vitviz
from benchmarks.report import machine, print_json, print_table
from vitviz.analysis.class_maps.methods import METHODS
from vitviz.tracing.segments import Network
from vitviz.tracing.trace import run_trace

QUICK = [name for name, method in METHODS.items() if not method.slow]


@dataclass(frozen=True)
class Figures:
    """Milliseconds of the map and of a plain run beside it, and the median of the two times' ratio in a round."""

    map_ms: float
    plain_ms: float
    ratio: float
    ratios: list[float]


def measure(model: str, method: str, rounds: int) -> Figures:
    """A plain run, the map, a plain run: the ratio of a round is to the mean of the two, so a busy moment meets both.

    The trace is new in every round, as after a person has chosen a picture: nothing of it was derived before.
    """
    network = vitviz.load_model(model).network
    height, width = network.config.image_size
    image = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    taken: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        trace = run_trace(network, image)
        before = _plain_run(network, image)
        start = perf_counter()
        METHODS[method].attribute(trace, 3)
        own = perf_counter() - start
        plain = (before + _plain_run(network, image)) / 2
        if number:  # the first is to warm up
            taken.append((own, plain))
    ratios = [own / plain for own, plain in taken]
    return Figures(
        1000 * median(own for own, _ in taken),
        1000 * median(plain for _, plain in taken),
        median(ratios),
        ratios,
    )


def _plain_run(network: Network, image: Tensor) -> float:
    start = perf_counter()
    with torch.no_grad():
        network(image)
    return perf_counter() - start


def main() -> None:
    """Measure the chosen models and methods and print a table and a line of JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.class_maps", description="The cost of class maps."
    )
    parser.add_argument("--models", nargs="+", default=["vit-ti16", "vit-b16", "swin-t"], metavar="MODEL")
    parser.add_argument("--methods", nargs="+", default=QUICK, choices=list(METHODS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results: dict[str, Figures] = {}
    for name in options.models:
        network = vitviz.load_model(name).network
        trace = run_trace(network, torch.zeros(1, 3, *network.config.image_size))
        for method in options.methods:
            if not METHODS[method].why_not(trace):
                results[f"{name} {method}"] = measure(name, method, options.rounds)
    print_table(
        "A class map against a plain run: milliseconds, medians; the ratio in every round",
        ["map", "map, ms", "plain run, ms", "plain runs", "in each round"],
        [
            [
                name,
                f"{one.map_ms:.0f}",
                f"{one.plain_ms:.0f}",
                f"{one.ratio:.2f}",
                " ".join(f"{r:.2f}" for r in one.ratios),
            ]
            for name, one in results.items()
        ],
    )
    print_json(
        {
            "benchmark": "class_maps",
            "machine": machine("torch"),
            "threads": options.threads,
            "maps": {name: asdict(one) for name, one in results.items()},
        }
    )


if __name__ == "__main__":
    main()

"""What a sweep costs, every head of a model switched off one by one, against as many plain runs.

``python -m benchmarks.sweeps`` from the repository's root. Random weights, float32, no gradients. See README.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter

import torch

import vitviz
from benchmarks.report import machine, print_json, print_table
from vitviz.analysis.interventions.sweep import Sweep, head_sweep, mlp_sweep, patch_sweep
from vitviz.tracing.edits import zero_head
from vitviz.tracing.trace import Trace, run_trace

SWEEPS: dict[str, Callable[[Trace], Sweep]] = {"heads": head_sweep, "mlps": mlp_sweep, "patches": patch_sweep}
SAME = 1e-4  # class scores of a sweep and of one edited run may differ by so much


@dataclass(frozen=True)
class Figures:
    """Seconds of the sweep and of as many plain runs, summed over interleaved steps; their ratio in every round."""

    parts: int
    sweep_s: float
    plain_s: float
    ratio: float
    ratios: list[float]


def measure(name: str, part: str, rounds: int) -> Figures:
    """A step of the sweep, then as many plain runs as it stands for, and so on: a busy moment meets both."""
    network = vitviz.load_model(name).network
    height, width = network.config.image_size
    image = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    trace = run_trace(network, image)
    taken: list[tuple[float, float]] = []
    sweep: Sweep | None = None
    for _ in range(rounds):
        sweep = SWEEPS[part](trace)
        swept, plain, before = 0.0, 0.0, 0
        steps = sweep.steps()
        while not sweep.finished:
            start = perf_counter()
            after = next(steps)
            middle = perf_counter()
            with torch.no_grad():
                for _ in range(after - before):
                    network(image)
            swept, plain = swept + middle - start, plain + perf_counter() - middle
            before = after
        taken.append((swept, plain))
    assert sweep is not None
    if part == "heads":
        at = len(sweep.places) // 3
        edited = run_trace(network, image, intervention=zero_head(*sweep.places[at]))
        gap = (edited.logits - sweep.logits[at]).abs().max().item()
        if gap > SAME:
            raise RuntimeError(f"{name}: a sweep and one edited run differ by {gap:.2g}")
    ratios = [one / other for one, other in taken]
    return Figures(
        len(sweep.places),
        median(one for one, _ in taken),
        median(other for _, other in taken),
        median(ratios),
        ratios,
    )


def main() -> None:
    """Measure the chosen models and print a table and a line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweeps", description="The cost of a sweep.")
    parser.add_argument("--models", nargs="+", default=["vit-ti16", "vit-b16"], metavar="MODEL")
    parser.add_argument("--parts", nargs="+", default=["heads"], choices=SWEEPS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = {
        f"{name} {part}": measure(name, part, options.rounds)
        for name in options.models
        for part in options.parts
    }
    print_table(
        "A sweep against as many plain runs: seconds, medians; the ratio of interleaved steps",
        ["sweep", "runs", "sweep, s", "plain runs, s", "sweep/plain", "in each round"],
        [
            [
                name,
                str(one.parts),
                f"{one.sweep_s:.2f}",
                f"{one.plain_s:.2f}",
                f"{one.ratio:.2f}",
                " ".join(f"{ratio:.2f}" for ratio in one.ratios),
            ]
            for name, one in results.items()
        ],
    )
    print_json(
        {
            "benchmark": "sweeps",
            "machine": machine("torch"),
            "threads": options.threads,
            "sweeps": {name: asdict(one) for name, one in results.items()},
        }
    )


if __name__ == "__main__":
    main()

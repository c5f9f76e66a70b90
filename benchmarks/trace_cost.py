"""What looking inside costs: time and memory of a traced run against plain runs and against transformers.

``python -m benchmarks.trace_cost`` from the repository's root. Batch 1, float32, random weights, the same in all
three libraries. See README.md for how to read the tables.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.memory import CAN_GIVE_BACK, Measure, fresh_processes, give_back
from benchmarks.report import machine, mib, print_json, print_table
from benchmarks.rivals import CASES, VARIANTS, Case, build_all
from vitviz.tracing.trace import Trace

RATIOS = (("traced", "timm"), ("vitviz", "timm"), ("traced", "vitviz"), ("transformers", "timm"))
FRESH = ("traced", "timm")
SAME = 1e-4  # the class scores of the three libraries may differ by so much
WARM_UP = 2
# A model whose run is this quick gets more rounds: they cost little, and short times scatter more.
QUICK_SECONDS, MORE_ROUNDS = 0.2, 3

Models = dict[str, nn.Module]
Seconds = dict[str, list[float]]


@dataclass(frozen=True)
class Ratio:
    """Median and quartiles, over the rounds, of one variant's time divided by another's in the same round."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Kept:
    """What a trace holds, and over what it is spread: ``token_blocks`` is the tokens of every block, added up."""

    nbytes: int
    tokens: int
    token_blocks: int
    token_block_channels: int

    @property
    def bytes_per_token_block(self) -> float:
        """Bytes for each token in each block."""
        return self.nbytes / self.token_blocks

    @property
    def numbers_per_channel(self) -> float:
        """float32 numbers for each channel of each token in each block: 4 are the block's input, q, k and v."""
        return self.nbytes / 4 / self.token_block_channels


@dataclass(frozen=True)
class Figures:
    """Everything measured on one model; memory in bytes, None where this system cannot tell it."""

    rounds: int
    milliseconds: dict[str, float]
    ratios: dict[str, Ratio]
    fresh: Ratio | None
    kept: Kept
    peak: dict[str, int | None]

    def extra_per_token_block(self, variant: str) -> float | None:
        """Peak bytes above those of timm's plain run, for each token in each block."""
        peak, plain = self.peak[variant], self.peak["timm"]
        return None if peak is None or plain is None else (peak - plain) / self.kept.token_blocks


def orders(names: Sequence[str], rounds: int) -> Iterator[list[str]]:
    """What runs when, for an even number of names.

    In as many rounds as there are names, each stands once in each place and follows each other one once.
    """
    count = len(names)
    places = sorted(range(count), key=lambda i: min(i, count - i))  # 0, 1, 3, 2 of four
    for shift in range(rounds):
        yield [names[(place + shift) % count] for place in places]


def time_variants(
    models: Models, image: Tensor, names: Sequence[str], rounds: int, fresh: bool = False
) -> Seconds:
    """Seconds of every variant in every round.

    A result is held until its variant runs again, as an app holds the picture that it shows; after some rounds to
    warm up, a run finds the memory of the result before that. With ``fresh`` a result goes at once, and all free
    memory back to the system with it, so that every run has to ask for what it fills.
    """
    seconds: Seconds = {name: [] for name in names}
    held: dict[str, Any] = {}
    warm_up = 0 if fresh else WARM_UP
    gc.collect()
    gc.disable()
    for order in orders(names, warm_up + rounds):
        for name in order:
            if fresh:
                held.clear()
                give_back()
            start = perf_counter()
            result = run(models, name, image)
            seconds[name].append(perf_counter() - start)
            held[name] = result
    gc.enable()
    return {name: times[warm_up:] for name, times in seconds.items()}


def run(models: Models, name: str, image: Tensor) -> Any:
    """Run one variant; the result holds whatever the library gives."""
    variant = VARIANTS[name]
    return variant.run(models[variant.library], image)


def check(models: Models, image: Tensor) -> float:
    """Hold the class scores of all variants against timm's; return the seconds of the quickest.

    Raises:
        RuntimeError: if one of them does not compute the same function.
    """
    seconds, logits = [], {}
    for name, variant in VARIANTS.items():
        start = perf_counter()
        logits[name] = variant.logits(run(models, name, image))
        seconds.append(perf_counter() - start)
        gap = (logits[name] - logits["timm"]).abs().max().item()
        if gap > SAME:
            raise RuntimeError(
                f"{name} and timm do not run the same model: their class scores differ by {gap:.2g}"
            )
    return min(seconds)


def count_kept(trace: Trace) -> Kept:
    """Count what ``trace`` holds, and the tokens and channels that come into its blocks."""
    nbytes = trace.nbytes
    inputs = [block["resid_pre"] for block in trace.blocks]  # (1, N, D) or (1, h, w, C)
    tokens = [x[..., 0].numel() for x in inputs]
    return Kept(nbytes, tokens[0], sum(tokens), sum(x.numel() for x in inputs))


def compare(seconds: Seconds, over: str, under: str) -> Ratio:
    """The ratio of two variants, round by round."""
    pairs = [a / b for a, b in zip(seconds[over], seconds[under], strict=True)]
    low, middle, high = quantiles(pairs, n=4, method="inclusive") if len(pairs) > 1 else pairs * 3
    return Ratio(middle, low, high)


def measure(case_name: str, case: Case, rounds: int, peak: Measure) -> Figures:
    """All figures of one model."""
    print(f"{case_name} ...", file=sys.stderr, flush=True)
    models, image = build_all(case), case.image()
    with torch.no_grad():
        rounds *= MORE_ROUNDS if check(models, image) < QUICK_SECONDS else 1
        seconds = time_variants(models, image, list(VARIANTS), rounds)
        fresh = time_variants(models, image, FRESH, rounds, fresh=True) if CAN_GIVE_BACK else None
        kept = count_kept(run(models, "traced", image))
    del models
    return Figures(
        rounds=rounds,
        milliseconds={name: 1e3 * median(times) for name, times in seconds.items()},
        ratios={f"{over}/{under}": compare(seconds, over, under) for over, under in RATIOS},
        fresh=compare(fresh, *FRESH) if fresh else None,
        kept=kept,
        peak={name: peak(case_name, name) for name in VARIANTS},
    )


def print_times(results: dict[str, Figures]) -> None:
    """The first table."""
    rows = [
        [
            name,
            str(figures.kept.tokens),
            str(figures.rounds),
            f"{figures.milliseconds['timm']:.0f}",
            *(_with_quartiles(ratio) for ratio in (*figures.ratios.values(), figures.fresh)),
        ]
        for name, figures in results.items()
    ]
    ratios = [f"{over}/{under}" for over, under in RATIOS]
    print_table(
        "Time: median of paired ratios (and their quartiles)",
        ["model", "tokens", "rounds", "timm ms", *ratios, "{}/{} fresh".format(*FRESH)],
        rows,
    )


def _with_quartiles(ratio: Ratio | None) -> str:
    return "-" if ratio is None else f"{ratio.median:.3f} ({ratio.low:.2f}-{ratio.high:.2f})"


def print_memory(results: dict[str, Figures]) -> None:
    """The second table."""
    rows = [
        [
            name,
            mib(figures.kept.nbytes),
            f"{figures.kept.bytes_per_token_block:,.0f}",
            f"{figures.kept.numbers_per_channel:.2f}",
            *("-" if size is None else mib(size) for size in figures.peak.values()),
            *(_or_dash(figures.extra_per_token_block(variant)) for variant in ("traced", "transformers")),
        ]
        for name, figures in results.items()
    ]
    print_table(
        "Memory: what a trace keeps, and the peak of one run above the weights (MiB; per token and block: bytes)",
        [
            "model",
            "kept",
            "kept/token/block",
            "numbers/channel",
            *(f"peak {variant}" for variant in VARIANTS),
            "traced-timm/token/block",
            "transformers-timm/token/block",
        ],
        rows,
    )


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def as_json(figures: Figures) -> dict[str, Any]:
    """The figures and what is derived from them, as plain data."""
    result = asdict(figures)
    result["kept"]["bytes_per_token_block"] = figures.kept.bytes_per_token_block
    result["kept"]["numbers_per_channel"] = figures.kept.numbers_per_channel
    result["extra_per_token_block"] = {
        variant: figures.extra_per_token_block(variant) for variant in ("traced", "transformers")
    }
    return result


def main() -> None:
    """Measure the chosen models and print two tables and a line of JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.trace_cost", description="The cost of a trace."
    )
    parser.add_argument(
        "--models", nargs="+", choices=CASES, default=list(CASES), metavar="MODEL", help=", ".join(CASES)
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=8,
        help="paired rounds a model, best a multiple of 4; quick models get three times as many (%(default)s)",
    )
    parser.add_argument(
        "--threads", type=int, default=torch.get_num_threads(), help="torch threads (%(default)s)"
    )
    parser.add_argument("--quick", action="store_true", help="two rounds of two models: only whether it runs")
    options = parser.parse_args()
    if options.quick:
        options.models, options.rounds = ["vit-ti16", "swin-t"], 2
    torch.set_num_threads(options.threads)
    start = perf_counter()
    with fresh_processes(options.threads) as peak:
        results = {name: measure(name, CASES[name], options.rounds, peak) for name in options.models}
    print_times(results)
    print_memory(results)
    print_json(
        {
            "benchmark": "trace_cost",
            "machine": machine("torch", "timm", "transformers"),
            "threads": options.threads,
            "seconds": perf_counter() - start,
            "models": {name: as_json(figures) for name, figures in results.items()},
        }
    )


if __name__ == "__main__":
    main()

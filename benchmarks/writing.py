"""What a cache of keys and values saves: the time for each token that a decoder writes, with one and without.

``python -m benchmarks.writing`` from the repository's root. One row, one thread, the shipped weights (random ones where
a model is not shipped; that changes no time). Without a cache all tokens so far run again for each new one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import cast

import torch
from torch import Tensor

from benchmarks.report import machine, print_table
from vitviz.models.gpt import Gpt
from vitviz.models.masked_attention import KeyValues
from vitviz.models.translator import START, Translator
from vitviz.worlds.sentences import random_sentence, to_ids
from vitviz.zoo.sequence_models import load_sequence_model

SAME = 1e-4  # the scores of both ways may differ by so much


@dataclass(frozen=True)
class Step:
    """One token written: how many there were before it, seconds with a cache and without, bytes of the cache."""

    before: int
    cached: float
    whole: float
    nbytes: int


def timed(run: Callable[[], Tensor]) -> tuple[Tensor, float]:
    begun = perf_counter()
    result = run()
    return result, perf_counter() - begun


def translator_steps(network: Translator, tokens: int) -> list[Step]:
    source = torch.tensor([to_ids(random_sentence(2).english)])
    target = torch.randint(
        3, network.config.vocab_size, (1, tokens), generator=torch.Generator().manual_seed(0)
    )
    target[0, 0] = START
    writing = network.remember(source)
    steps = []
    for t in range(tokens):
        cached, with_cache = timed(lambda t=t: network.write(target[:, t], writing))
        whole, without = timed(lambda t=t: network(source, target[:, : t + 1])[:, -1])
        assert (cached - whole).abs().max() < SAME
        steps.append(Step(t, with_cache, without, writing.nbytes))
    return steps


def gpt_steps(network: Gpt, tokens: int) -> list[Step]:
    row = torch.randint(5, network.config.vocab_size, (1, tokens), generator=torch.Generator().manual_seed(0))
    past = [KeyValues() for _ in network.blocks]
    steps = []
    for t in range(tokens):
        cached, with_cache = timed(lambda t=t: network.go_on(row[:, t : t + 1], past))
        whole, without = timed(lambda t=t: network(row[:, : t + 1])[:, -1])
        assert (cached - whole).abs().max() < SAME
        steps.append(Step(t, with_cache, without, sum(kept.nbytes for kept in past)))
    return steps


def main(arguments: Sequence[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m benchmarks.writing", description=__doc__)
    p.add_argument("--rounds", type=int, default=20)
    options = p.parse_args(arguments)
    torch.set_num_threads(1)
    translator = cast(Translator, load_sequence_model("translator-mini").network)
    gpt = cast(Gpt, load_sequence_model("gpt-mini").network)
    rows = []
    for name, steps_of in (
        ("translator-mini", lambda: translator_steps(translator, 30)),
        ("gpt-mini", lambda: gpt_steps(gpt, 64)),
    ):
        with torch.inference_mode():
            steps_of()
            rounds = [steps_of() for _ in range(options.rounds)]
        for t in (0, 7, 15, len(rounds[0]) - 1):
            cached, whole = (median(getattr(r[t], way) for r in rounds) for way in ("cached", "whole"))
            rows.append(
                [f"{name}, {t}", f"{cached * 1e3:.2f}", f"{whole * 1e3:.2f}", f"{rounds[0][t].nbytes:,}"]
            )
    print(machine("torch"))
    print_table(
        "one token written",
        ["model, tokens before", "ms with the cache", "ms without", "bytes in the cache"],
        rows,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

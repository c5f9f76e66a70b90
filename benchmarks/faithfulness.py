"""Which class maps do better than chance on the sample pictures, and what their curves cost.

``python -m benchmarks.faithfulness`` from the repository's root. The embedded models, float32. See README.md.
"""

from __future__ import annotations

import argparse
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vitviz
from benchmarks.report import machine, print_json, print_table
from vitviz.analysis.class_maps.methods import METHODS
from vitviz.analysis.faithfulness.curves import (
    Curves,
    order_of_map,
    random_orders_of,
    removal_steps,
    removed_by,
)
from vitviz.analysis.faithfulness.removal import Removal
from vitviz.analysis.faithfulness.verdict import Grade, judged
from vitviz.samples import SAMPLES
from vitviz.tracing.dropping import why_no_dropping
from vitviz.tracing.trace import Trace

GRADES: tuple[Grade, ...] = ("better", "half", "sum", "mixed", "chance", "worse_half", "worse")


def curves_of(trace: Trace, orders: NDArray[np.int64], removal: Removal) -> Curves:
    """Curves of the best class's probability."""
    removed = removed_by(trace, removal, list(removal_steps(trace, orders, removal)))
    return removed.curves("probability", int(trace.logits.argmax()))


def measure(name: str, pictures: int, slow: bool, asked: Removal | None) -> dict[str, Any]:
    """Verdicts and gains of every method on each picture, and the seconds of the control and of one map."""
    model = vitviz.load_model(name)
    verdicts: dict[str, list[str]] = {}
    gains: dict[str, list[float]] = {}
    control_s, map_s, run_s = [], [], []
    for sample in SAMPLES[:pictures]:
        trace = vitviz.trace(model, sample.path)
        removal: Removal = asked or ("blur" if why_no_dropping(trace.network) else "drop")
        begun = perf_counter()
        trace.replay(0)
        run_s.append(perf_counter() - begun)
        begun = perf_counter()
        control = curves_of(trace, random_orders_of(trace), removal)
        control_s.append(perf_counter() - begun)
        for method in METHODS.values():
            if method.why_not(trace) or (method.slow and not slow):
                continue
            values = method.attribute(trace, int(trace.logits.argmax())).values
            begun = perf_counter()
            verdict = judged(curves_of(trace, order_of_map(trace, values), removal), control)
            map_s.append(perf_counter() - begun)
            verdicts.setdefault(method.name, []).append(verdict.grade)
            gains.setdefault(method.name, []).append(verdict.gap.gain)
        print(
            f"{name} {sample.file}: "
            + ", ".join(f"{k} {v[-1]:+.2f} {verdicts[k][-1]}" for k, v in gains.items())
        )
    rows = [
        (
            method,
            *(str(words.count(word)) for word in GRADES),
            f"{np.median(gains[method]):+.3f}",
        )
        for method, words in verdicts.items()
    ]
    print_table(
        f"{name}, {removal}, {len(control_s)} pictures: control {np.median(control_s):.2f} s,"
        f" a map {np.median(map_s):.2f} s",
        ("method", *GRADES, "median gain"), rows,
    )  # fmt: skip
    return {
        "removal": removal, "verdicts": verdicts, "gains": gains, "run_s": float(np.median(run_s)),
        "control_s": float(np.median(control_s)), "map_s": float(np.median(map_s)),
    }  # fmt: skip


def main() -> None:
    """Measure, then print tables and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["vit-tiny", "swin-mini"])
    parser.add_argument("--pictures", type=int, default=len(SAMPLES))
    parser.add_argument("--removal", choices=["drop", "blur", "road"])
    parser.add_argument("--slow", action="store_true", help="the maps that take many runs too")
    given = parser.parse_args()
    found = {name: measure(name, given.pictures, given.slow, given.removal) for name in given.models}
    print_json({"faithfulness": found, **machine("torch", "numpy")})


if __name__ == "__main__":
    main()

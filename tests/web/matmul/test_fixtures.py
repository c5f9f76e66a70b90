"""What the node test of the matmul page's module compares with: the simulated cache, and its counts."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from tests.web.fixtures import check
from vitviz.analysis.matmul.cache_lines import MATRICES, Order, steps

CASES = [("ijk", 4, 4, 3), ("ikj", 4, 4, 3), ("ijk", 4, 4, 6), ("ikj", 3, 2, 4)]


def test_fixture_of_cache_steps() -> None:
    cases = []
    for order, n, line, lines in CASES:
        made = steps(cast("Order", order), n, line, lines)
        counts = [
            [sum(step.missed[matrix] for step in made[: at + 1]) for matrix in range(len(MATRICES))]
            for at in range(len(made))
        ]
        plain = [{**asdict(step), "missed": [int(miss) for miss in step.missed]} for step in made]
        cases.append({"n": n, "line": line, "steps": plain, "fetched": counts})
    check("matmul/cache_steps.json", cases)

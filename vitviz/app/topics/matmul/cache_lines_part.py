"""The memory that a small matrix product accesses, step by step, in several orders of its loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitviz.analysis.matmul.cache_lines import Step
from vitviz.app.component import component
from vitviz.app.words import say, section
from vitviz.plot.accesses import access_dots


@dataclass(frozen=True)
class LoopOrder:
    """One order of the loops: its name, a word on it, and all its steps."""

    name: str
    text: str
    steps: Sequence[Step]


def cache_lines(key: str, orders: Sequence[LoopOrder], *, n: int, line: int) -> None:
    """Show n x n matrices in lines of ``line`` numbers, and the same step of every order."""
    mount = component(
        "app/topics/matmul/cache_lines_part.js",
        "app/topics/matmul/cache_lines_part.css",
        "web/plotly/chart.css",
    )
    data = {
        "n": n,
        "line": line,
        "orders": [_order(order, n) for order in orders],
        "words": section("matmul.accesses"),
        "chart": section("chart"),
    }
    mount(key=key, data=data)


def _order(order: LoopOrder, n: int) -> dict[str, object]:
    return {
        "name": order.name,
        "text": order.text,
        "total": sum(sum(step.missed) for step in order.steps),
        "figure": access_dots.describe(
            order.steps,
            n,
            hit=say("matmul.accesses.hit"),
            miss=say("matmul.accesses.miss"),
            x_title=say("matmul.accesses.step"),
            label=f"{order.name}: {say('matmul.accesses.chart')}",
        ),
        "steps": [
            {
                "ijk": step.ijk,
                "addresses": step.addresses,
                "missed": [int(miss) for miss in step.missed],
                "kept": step.kept,
            }
            for step in order.steps
        ],
    }

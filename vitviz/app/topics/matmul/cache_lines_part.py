"""The memory that a small matrix product touches, step by step, in several orders of its loops."""

from __future__ import annotations

from collections.abc import Sequence

from vitviz.analysis.matmul.cache_lines import Step
from vitviz.app.component import component
from vitviz.app.words import say, section
from vitviz.plot.accesses import access_dots

HTML = '<div class="vv"><div class="vv-accesses"></div></div>'


def cache_lines(key: str, orders: Sequence[tuple[str, str, Sequence[Step]]], *, n: int, line: int) -> None:
    """Show n x n matrices in lines of ``line`` numbers; an order is its name, a word on it, and all its steps."""
    mount = component(
        "app/topics/matmul/cache_lines_part.js",
        "app/topics/matmul/cache_lines_part.css",
        "web/plotly/chart.css",
        html=HTML,
    )
    data = {
        "n": n,
        "line": line,
        "orders": [
            {
                "name": name,
                "text": text,
                "total": sum(sum(touch.missed) for touch in touches),
                "figure": access_dots.describe(
                    touches,
                    n,
                    hit=say("matmul.accesses.hit"),
                    miss=say("matmul.accesses.miss"),
                    x_title=say("matmul.accesses.step"),
                    label=f"{name}: {say('matmul.accesses.chart')}",
                ),
                "touches": [
                    {
                        "ijk": t.ijk,
                        "addresses": t.addresses,
                        "missed": [int(m) for m in t.missed],
                        "kept": t.kept,
                    }
                    for t in touches
                ],
            }
            for name, text, touches in orders
        ],
        "words": section("matmul.accesses"),
        "chart": section("chart"),
    }
    mount(key=key, data=data)

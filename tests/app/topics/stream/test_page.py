"""The residual stream page shows the lengths of the run's own vectors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of
from vitviz.plot.numbers import fixed

Open = Callable[..., AppTest]
# model, number of the block, token of the finest map, token there
CASES = [("vit-tiny", 3, 60, 60), ("vit-tiny", 0, 0, 0), ("swin-mini", 2, 31 * 56 + 40, 15 * 28 + 20)]


def open_at(open_page: Open, model: str, at: int, token: int) -> AppTest:
    return open_page("stream", model=model, **{f"setting.block.{model}": at, f"setting.token.{model}": token})


@pytest.mark.parametrize(("model", "at", "token", "there"), CASES)
def test_the_charts_over_depth_hold_the_runs_own_numbers(
    open_page: Open, model: str, at: int, token: int, there: int
) -> None:
    page = open_at(open_page, model, at, token)
    trace = trace_of(page)
    block = trace.blocks[at]
    first = 0 if model.startswith("swin") else 1
    added = {"after": block["resid_post"], "attention": block["attn_out"], "mlp": block["mlp_out"]}
    want = {name: value.flatten(0, -2).norm(dim=-1).numpy() for name, value in added.items()}
    lengths = mounted(page, "stream.lengths")["figure"]["data"]
    for x, pick in zip(("x", "x2", "x3"), ([there], *([[0]] if first else []), None), strict=False):
        by_symbol: dict[str, dict[float, float]] = {}
        for line in (trace for trace in lengths if trace["xaxis"] == x):
            points = zip(line["x"].tolist(), line["y"].tolist(), strict=True)
            by_symbol.setdefault(line["marker"]["symbol"], {}).update(points)
        for drawn, values in zip(by_symbol.values(), want.values(), strict=True):
            expected = values[first:].mean() if pick is None else values[pick[0]]
            assert drawn[at] == pytest.approx(float(expected), rel=1e-5)
    lengths_there = [block["resid_pre"], block["attn_out"], block["mlp_out"], block["resid_post"]]
    (table,) = (one.proto.body for one in page.get("html") if "stream before the block" in one.proto.body)
    for vector in lengths_there:
        assert fixed(vector.flatten(0, -2)[there].norm().item(), 3)[:-1] in table  # but for the last digit


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("stream", model="vit-tiny", language="zh").title[0].value == "残差流"

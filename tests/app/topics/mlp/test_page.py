"""The MLP page shows the run's own hidden units, and how many of them are silent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import formulas, mounted, number, trace_of

Open = Callable[..., AppTest]
# model, number of the block, token of the finest map, token there
CASES = [("vit-tiny", 3, 60, 60), ("vit-tiny", 0, 0, 0), ("swin-mini", 2, 31 * 56 + 40, 15 * 28 + 20)]


def open_at(open_page: Open, model: str, at: int, token: int, **more: object) -> AppTest:
    state = {f"setting.block.{model}": at, f"setting.token.{model}": token}
    return open_page("mlp", model=model, **state, **more)


@pytest.mark.parametrize(("model", "at", "token", "there"), CASES)
def test_strips_and_formulas_are_this_tokens(
    open_page: Open, model: str, at: int, token: int, there: int
) -> None:
    unit = 37
    page = open_at(open_page, model, at, token, **{f"setting.mlp.unit.{model}": unit})
    block = trace_of(page).blocks[at]
    pre, post = (block[name].flatten(0, -2)[there].numpy() for name in ("mlp_pre", "mlp_post"))
    rows = {row["label"]: row["values"] for row in mounted(page, "mlp.units")["rows"]}
    np.testing.assert_array_equal(rows["h"], pre)
    np.testing.assert_array_equal(rows["GELU"], post)
    np.testing.assert_array_equal(rows["ReLU"], pre.clip(0))
    assert mounted(page, "mlp.picture")["token"] == there
    before, after = formulas(page)[:2]
    assert number(before.split(" = ")[-1]) == pytest.approx(float(pre[unit]), rel=2e-3, abs=1e-4)
    assert number(after.split(" = ")[-1]) == pytest.approx(float(post[unit]), rel=2e-3, abs=1e-4)


@pytest.mark.parametrize(("model", "at", "token", "there"), CASES)
def test_the_shares_through_depth_are_the_runs_own(
    open_page: Open, model: str, at: int, token: int, there: int
) -> None:
    page = open_at(open_page, model, at, token)
    block = trace_of(page).blocks[at]
    pre = block["mlp_pre"].flatten(0, -2).numpy()
    negative = [trace for trace in mounted(page, "mlp.shares")["figure"]["data"] if trace["xaxis"] == "x"]
    mean, chosen = (trace["y"] for trace in negative)
    assert chosen[at] == pytest.approx(float((pre[there] < 0).mean()), abs=1e-6)
    assert mean[at] == pytest.approx(float((pre < 0).mean()), abs=1e-6)


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("mlp", model="vit-tiny", language="zh").title[0].value == "MLP，逐个单元"

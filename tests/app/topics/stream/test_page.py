"""The MLP and residual stream page shows the run's own hidden units, and parts that add up to its logit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import formulas, mounted, number, trace_of
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.trace import Trace

Open = Callable[..., AppTest]
# model, number of the block, token of the finest map, token there
CASES = [("vit-tiny", 3, 60, 60), ("vit-tiny", 0, 0, 0), ("swin-mini", 2, 31 * 56 + 40, 15 * 28 + 20)]


def open_at(open_page: Open, model: str, at: int, token: int, **more: object) -> AppTest:
    state = {f"setting.stream.block.{model}": at, f"setting.token.{model}": token}
    return open_page("stream", model=model, **state, **more)


def bars_of(page: AppTest) -> list[dict]:
    return mounted(page, "stream.bars")["bars"]


@pytest.mark.parametrize(("model", "at", "token", "there"), CASES)
def test_strips_and_formulas_are_this_tokens(
    open_page: Open, model: str, at: int, token: int, there: int
) -> None:
    unit = 37
    page = open_at(open_page, model, at, token, **{f"setting.stream.unit.{model}": unit})
    block = trace_of(page).blocks[at]
    pre, post = (block[name].flatten(0, -2)[there].numpy() for name in ("mlp_pre", "mlp_post"))
    rows = {row["label"]: row["values"] for row in mounted(page, "stream.units")["rows"]}
    np.testing.assert_array_equal(rows["h"], pre)
    np.testing.assert_array_equal(rows["GELU"], post)
    np.testing.assert_array_equal(rows["ReLU"], pre.clip(0))
    assert mounted(page, "stream.picture")["token"] == there
    before, after = formulas(page)[:2]
    assert number(before.split(" = ")[-1]) == pytest.approx(float(pre[unit]), rel=2e-3, abs=1e-4)
    assert number(after.split(" = ")[-1]) == pytest.approx(float(post[unit]), rel=2e-3, abs=1e-4)


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini", "deit-ti16", "swin-t"])
def test_the_bars_add_up_to_the_logit(open_page: Open, model: str) -> None:
    page = open_page("stream", model=model)
    trace = trace_of(page)
    bars = bars_of(page)
    logit = trace.logits.max().item()
    assert sum(bar["value"] for bar in bars) == pytest.approx(logit, abs=1e-5)
    opened = [bar for bar in bars if bar["inside"]]
    last = trace.blocks[-1]
    assert len(opened[-1]["inside"]) == last.num_heads + 1
    for bar in opened:
        assert sum(part["value"] for part in bar["inside"]) == pytest.approx(bar["value"], abs=1e-5)


def test_a_chosen_head_shows_where_it_took_its_share(open_page: Open) -> None:
    page = open_page("stream", model="vit-tiny", **{"setting.class.vit-tiny": 4})
    attention = max((bar for bar in bars_of(page) if bar["inside"]), key=lambda bar: abs(bar["value"]))
    head = attention["inside"][1]
    page.session_state["setting.stream.part.vit-tiny"] = head["number"]
    page.run()
    assert not page.exception
    sources = mounted(page, "stream.sources")["overlay"]
    assert sources.size == 197
    assert sources.sum() == pytest.approx(head["value"], abs=1e-5)
    rows = {row["label"]: row["values"] for row in mounted(page, "stream.strips")["rows"]}
    assert rows["y/s \u00b7 u"].sum() == pytest.approx(head["value"], abs=1e-5)
    np.testing.assert_allclose(rows["y/s"] * rows["u"], rows["y/s \u00b7 u"], atol=1e-6)


def test_choosing_class_and_block_runs_no_model(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("stream", model="vit-tiny")

    def never(*_: object) -> None:
        raise AssertionError("the model ran again")

    for network in (VisionTransformer, SwinTransformer):
        monkeypatch.setattr(network, "forward", never)
    ran: list[str] = []
    record = Trace.record
    monkeypatch.setattr(
        Trace, "record", lambda self, segment, *a: ran.append(segment.name) or record(self, segment, *a)
    )
    page.selectbox(
        key=next(box.key for box in page.selectbox if str(box.key).startswith("stream.attribution."))
    ).set_value(7).run()
    assert not page.exception
    assert page.session_state["setting.class.vit-tiny"] == 7
    assert sum(bar["value"] for bar in bars_of(page)) == pytest.approx(
        trace_of(page).logits[7].item(), abs=1e-5
    )
    assert len(ran) <= 2  # the block that is looked at, and the one whose part is opened: not all of them


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("stream", model="vit-tiny", language="zh").title[0].value == "MLP 与残差流"


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
    pre = block["mlp_pre"].flatten(0, -2).numpy()
    negative = [trace for trace in mounted(page, "stream.shares")["figure"]["data"] if trace["xaxis"] == "x"]
    mean, chosen = (trace["y"] for trace in negative)
    assert chosen[at] == pytest.approx(float((pre[there] < 0).mean()), abs=1e-6)
    assert mean[at] == pytest.approx(float((pre < 0).mean()), abs=1e-6)

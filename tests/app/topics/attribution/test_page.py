"""The logit attribution page shows parts that add up to the run's own logit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.trace import Trace

Open = Callable[..., AppTest]


def bars_of(page: AppTest) -> list[dict]:
    return mounted(page, "attribution.bars")["bars"]


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini", "deit-ti16", "swin-t"])
def test_the_bars_add_up_to_the_logit(open_page: Open, model: str) -> None:
    page = open_page("attribution", model=model)
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
    page = open_page("attribution", model="vit-tiny", **{"setting.class.vit-tiny": 4})
    attention = max((bar for bar in bars_of(page) if bar["inside"]), key=lambda bar: abs(bar["value"]))
    head = attention["inside"][1]
    page.session_state["setting.attribution.part.vit-tiny"] = head["number"]
    page.run()
    assert not page.exception
    sources = mounted(page, "attribution.sources")["overlay"]
    assert sources.size == 197
    assert sources.sum() == pytest.approx(head["value"], abs=1e-5)
    rows = {row["label"]: row["values"] for row in mounted(page, "attribution.strips")["rows"]}
    assert rows["y/s \u00b7 u"].sum() == pytest.approx(head["value"], abs=1e-5)
    np.testing.assert_allclose(rows["y/s"] * rows["u"], rows["y/s \u00b7 u"], atol=1e-6)


def test_choosing_a_class_runs_no_model(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("attribution", model="vit-tiny")

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
        key=next(box.key for box in page.selectbox if str(box.key).startswith("attribution."))
    ).set_value(7).run()
    assert not page.exception
    assert page.session_state["setting.class.vit-tiny"] == 7
    assert sum(bar["value"] for bar in bars_of(page)) == pytest.approx(
        trace_of(page).logits[7].item(), abs=1e-5
    )
    assert len(ran) <= 1  # the block whose part is opened, not all of them


def test_it_speaks_chinese(open_page: Open) -> None:
    page = open_page("attribution", model="vit-tiny", language="zh")
    assert page.title[0].value == "谁给了类别分数：直接 logit 归因"

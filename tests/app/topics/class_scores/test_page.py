"""The class scores page: readings, one score and the softmax are those of the run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of

Open = Callable[..., AppTest]
MODELS = ["vit-tiny", "swin-mini", "deit-ti16"]


@pytest.mark.parametrize("model", MODELS)
def test_the_softmax_gets_the_runs_logits(open_page: Open, model: str) -> None:
    page = open_page("class_scores", model=model)
    data = mounted(page, "class_scores.softmax")
    trace = trace_of(page)
    np.testing.assert_array_equal(data["logits"], trace.logits.numpy())
    assert data["rows"][0] == {"index": int(trace.logits.argmax()), "name": trace.top(1)[0].name}


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_a_score_is_opened_into_products(open_page: Open, model: str) -> None:
    page = open_page("class_scores", model=model, **{f"setting.class.{model}": 1})
    trace = trace_of(page)
    rows = {row["label"]: row["values"] for row in mounted(page, "class_scores.strips")["rows"]}
    np.testing.assert_allclose(rows["y"] * rows["W"], rows["W\u00b7y"], rtol=1e-6)
    bias = trace.network.head.bias[1].item()
    assert rows["W\u00b7y"].sum() + bias == pytest.approx(trace.logits[1].item(), abs=2e-5)


def test_a_distilled_model_reads_two_tokens(open_page: Open) -> None:
    page = open_page("class_scores", model="deit-ti16")
    assert any("class + distillation token" in element.proto.body for element in page.get("html"))


def test_it_speaks_chinese(open_page: Open) -> None:
    page = open_page("class_scores", model="vit-tiny", language="zh")
    assert page.title[0].value == "类别分数：从最后的 token 到概率"

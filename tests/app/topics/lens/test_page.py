"""The logit lens page sends the browser what torch computed, and opens one reading beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, number, trace_of

Open = Callable[..., AppTest]
MODELS = ["vit-tiny", "swin-mini", "deit-ti16"]


@pytest.mark.parametrize("model", MODELS)
def test_probabilities_are_those_of_the_models_own_head(open_page: Open, model: str) -> None:
    page = open_page("lens", model=model)
    trace, data = trace_of(page), mounted(page, "lens.")
    depths, classes = len(data["depths"]), [row["index"] for row in data["classes"]]
    lse = data["lse"].reshape(depths, -1)
    logits = data["logits"].reshape(depths, lse.shape[1], len(classes))
    network = trace.network
    before = int(model != "vit-tiny")  # the mean, or the mean of two heads, is no token's
    for depth in (0, depths - 1):
        x = trace[data["depths"][depth]]
        y = network.norm(x.flatten(1, -2))[0]  # (N, D)
        all_logits = network.head(y)  # (N, K)
        if model == "deit-ti16":  # the distillation token has a head of its own
            all_logits[1] = network.head_dist(y[1])
        shown = logits[depth, before:]
        np.testing.assert_allclose(shown, all_logits[:, classes].numpy(), atol=1e-4)
        probability = np.exp(shown - lse[depth, before:, None])
        np.testing.assert_allclose(probability, all_logits.softmax(-1)[:, classes].numpy(), atol=1e-5)
    own = np.exp(logits[-1, 0] - lse[-1, 0])  # the first reading is the model's own
    np.testing.assert_allclose(own, trace.probabilities[classes].numpy(), atol=1e-5)
    assert data["rows"] * data["columns"] + len(data["first"]) == lse.shape[1]


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_one_reading_is_opened_with_its_numbers(open_page: Open, model: str) -> None:
    state = {f"setting.lens.own.{model}": -2, f"setting.lens.depth.{model}": 1, f"setting.class.{model}": 3}
    page = open_page("lens", model=model, **state)
    data = mounted(page, "lens.")
    lse = data["lse"].reshape(len(data["depths"]), -1)
    logits = data["logits"].reshape(*lse.shape, -1)
    assert data["depth"] == 1
    assert data["classes"][data["target"]]["index"] == 3
    drawn = logits[1, data["reading"], data["target"]]
    formulas = [text.value for text in page.markdown if text.value.startswith(r"$\displaystyle z_c")]
    assert number(formulas[0].rstrip("$").split(" = ")[-1]) == pytest.approx(float(drawn), rel=2e-3, abs=1e-4)
    check = next(caption.value for caption in page.caption if "float32" in caption.value)
    assert f"{drawn:.6f}".replace("-", "\u2212") in check
    rows = {row["label"]: row["values"] for row in mounted(page, "lens.strips")["rows"]}
    bias = trace_of(page).network.head.bias[3].item()
    assert rows["W\u00b7y"].sum() + bias == pytest.approx(float(drawn), abs=2e-5)


def test_it_begins_with_the_models_own_reading_and_then_follows_the_token(open_page: Open) -> None:
    page = open_page("lens", model="vit-tiny")
    assert mounted(page, "lens.")["reading"] == 0
    page.session_state["setting.lens.own.vit-tiny"] = -2
    page.session_state["setting.token.vit-tiny"] = 6
    page.run()
    assert mounted(page, "lens.")["reading"] == 6


def test_it_speaks_chinese(open_page: Open) -> None:
    assert "Logit lens" in open_page("lens", model="vit-tiny", language="zh").title[0].value

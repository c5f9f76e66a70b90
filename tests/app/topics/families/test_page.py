"""The families page: its squares are the weights of real runs, its formulas and changes those that are computed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import formulas, mounted
from vitviz.app import sequence_models
from vitviz.app.topics.families.part import runs
from vitviz.tracing.trace import run_tokens
from vitviz.zoo.sequence_models import SequenceEntry, load_sequence_model

Open = Callable[..., AppTest]


def test_the_squares_are_those_of_fresh_runs(open_page: Open) -> None:
    data = mounted(open_page("families"), "families.part")
    bert, gpt, both = data["runs"][1]["models"]
    model = load_sequence_model("bert-mini")
    ids = torch.tensor([[model.entry.token_names.index(token) for token in bert["tokens"]]])
    trace = run_tokens(model.network, ids, torch.zeros_like(ids))
    expected = torch.stack([trace[f"blocks.{layer}.pattern"][0] for layer in range(4)])
    np.testing.assert_allclose(bert["attentions"][0]["weights"], expected.numpy().ravel(), atol=1e-6)
    assert sum(gpt["allowed"]) == 78
    assert [each["name"] for each in both["attentions"]] == ["encoder", "cross", "own"]


def test_the_formulas_have_the_numbers_of_the_slider(open_page: Open) -> None:
    page = open_page("families", **{"setting.families.view": "costs", "setting.families.n": 32})
    found = formulas(page)
    assert len(found) == 4
    assert found[0].endswith("= 3{,}735{,}552")  # 32 (4 96^2 + 2 96 384) + 2 32^2 96
    assert found[1].endswith("= 116{,}736")
    page.select_slider[0].set_value(64).run()
    assert formulas(page)[1].endswith("= 122{,}880")


def test_who_streams_is_said_from_what_was_computed(open_page: Open) -> None:
    page = open_page("families", **{"setting.families.view": "streams", "setting.families.kept": 3})
    table = next(element.proto.body for element in page.get("html") if "bert-mini" in element.proto.body)
    rows = table.split("<tr>")[2:]
    assert ["streams" in row for row in rows] == [False, False, True, True, True]
    assert all(row.count("data-value") == 3 for row in rows)


def test_untrained_models_say_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SequenceEntry, "trained", property(lambda entry: entry.name != "bert-mini"))
    sequence_models.sequence_model.cache_clear()
    runs.cache_clear()
    page = open_page("families")
    (said,) = [text.value for text in page.caption if "safetensors" in text.value]
    assert "bert-mini.safetensors" in said
    sequence_models.sequence_model.cache_clear()
    runs.cache_clear()

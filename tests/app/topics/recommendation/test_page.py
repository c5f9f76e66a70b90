"""The recommendation page: what its part is given is what the networks answer, and what their cards say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.analysis.recommendation.flights import flights
from vitviz.analysis.recommendation.losses import LOSSES
from vitviz.analysis.recommendation.prediction import attended
from vitviz.analysis.recommendation.ranking import figures, ranks
from vitviz.app.topics.recommendation.models import codes
from vitviz.app.topics.recommendation.page import AIRCRAFT, VIEWS
from vitviz.app.topics.recommendation.users import whole_test
from vitviz.models.sasrec import SasRec
from vitviz.zoo.sequence_models import load_sequence_model
from vitviz.zoo.shipped import ASSETS

Open = Callable[..., AppTest]
PART = "recommendation.part"


def test_the_answers_are_those_of_a_fresh_run_and_follow_a_change(open_page: Open) -> None:
    row = flights().rows[2425][-51:-1]
    changed = row.clone()
    changed[20] = codes().index("BOS") + 1
    changed = torch.cat([changed[:49], changed[50:]])
    for edits, items in (("", row), ("20BOS,49-", changed)):
        chosen = {"setting.recommendation.aircraft": 2425, "setting.recommendation.edits": edits}
        answer = mounted(open_page("recommendation", **chosen), PART)["answer"]
        np.testing.assert_array_equal(answer["given"], row)
        np.testing.assert_array_equal(answer["items"], items)
        for model in ("sasrec", "gru4rec"):
            network = load_sequence_model(f"{model}-mini").network
            np.testing.assert_allclose(answer[model]["scores"], network(items[None])[0, -1], atol=1e-5)
            np.testing.assert_allclose(answer[model]["before"], network(row[None])[0, -1], atol=1e-5)
        weights = answer["sasrec"]["weights"].reshape(2, len(items))
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)


def test_every_place_s_weights_are_those_of_the_row_as_it_was_changed(open_page: Open) -> None:
    chosen = {"setting.recommendation.all": True, "setting.recommendation.edits": "0BOS,49-"}
    attention = mounted(open_page("recommendation", **chosen), "recommendation.places")["attention"]
    assert (len(attention["names"]), attention["names"][0], len(attention["layers"])) == (49, "0 BOS", 2)
    arrays = attention["layers"][1]["arrays"]
    q, k = (arrays[name].reshape(49, 50) for name in ("q", "k"))
    weights = np.exp(q[-1] @ k.T / 50**0.5 - arrays["lse"].reshape(49)[-1])
    items = torch.tensor(mounted(open_page("recommendation", **chosen), PART)["answer"]["items"]).long()
    sasrec = cast(SasRec, load_sequence_model("sasrec-mini").network)
    np.testing.assert_allclose(weights, attended(sasrec, items).weights[1, 0], atol=1e-5)


@pytest.mark.parametrize("view", VIEWS)
def test_every_section_has_its_words_and_only_its_numbers(open_page: Open, view: str) -> None:
    data = mounted(open_page("recommendation", language="zh", **{"setting.recommendation.view": view}), PART)
    assert data["words"][f"{view}_lead"]
    there = {name for name in ("answer", "gates", "worth", "matrix", "users") if data[name] is not None}
    of_aircraft = {"attention": {"answer"}, "gru": {"answer", "gates", "worth"}}
    assert there == of_aircraft.get(view, {"matrix" if view == "losses" else "users"})


def test_the_matrix_is_the_network_s_and_its_losses_are_those_of_training(open_page: Open) -> None:
    chosen = {"setting.recommendation.view": "losses", "setting.recommendation.count": 4}
    matrix = mounted(open_page("recommendation", **chosen), PART)["matrix"]
    items, own = torch.tensor(matrix["items"]), torch.tensor(matrix["own"]).long()
    network = load_sequence_model("sasrec-mini").network
    rows = [flights().rows[number] for number in matrix["aircraft"]]
    scores = torch.stack([network(row[None, -51:-1])[0, -1, items - 1] for row in rows])
    np.testing.assert_allclose(matrix["scores"].reshape(scores.shape), scores, atol=1e-5)
    np.testing.assert_array_equal(items[own], [int(row[-1]) for row in rows])
    others = torch.tensor(matrix["others"]).reshape(scores.shape).bool()
    assert others.sum(dim=1).tolist() == [4] * 6
    for name, loss in LOSSES.items():
        assert matrix["losses"][name]["total"] == pytest.approx(loss(scores, own, others).item(), rel=1e-4)


def test_ten_users_are_ranked_as_the_cards_rank_all(open_page: Open) -> None:
    chosen = {"setting.recommendation.view": "ranking", "setting.recommendation.users": 3}
    users = mounted(open_page("recommendation", **chosen), PART)["users"]
    scores = torch.tensor(users["scores"]).reshape(6, 10, 104)
    came = torch.tensor(users["came"])
    for number, name in enumerate(users["names"]):
        rank = ranks(scores[number], came - 1)
        np.testing.assert_array_equal(users["ranks"].reshape(6, 10)[number], rank)
        assert figures(rank)["recall1"] <= 1, name
    share = users["followed"].reshape(10, 104) / users["followed"].reshape(10, 104).sum(axis=1, keepdims=True)
    multiplied = share * (users["own"].reshape(10, 104) + 0.1)
    np.testing.assert_allclose(scores[users["names"].index("the two multiplied")], multiplied, atol=1e-5)


def test_figures_of_all_are_read_from_the_cards() -> None:
    whole = whole_test()
    assert whole["rows"] == len(flights().rows) == AIRCRAFT
    for name, file in (("SASRec", "sasrec-mini"), ("GRU4Rec", "gru4rec-mini")):
        card = json.loads((ASSETS / "weights" / f"{file}.json").read_text(encoding="utf-8"))["figures"]
        assert whole["figures"][name] == [card[kind] for kind in ("recall1", "recall5", "recall10", "mrr20")]


def test_a_link_with_no_such_change_opens_the_row_as_it_was(open_page: Open) -> None:
    page = open_page("recommendation", **{"setting.recommendation.aircraft": 999_999_999})
    assert mounted(page, PART)["choice"]["aircraft"] == AIRCRAFT - 1

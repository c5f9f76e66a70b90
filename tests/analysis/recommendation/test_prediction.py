"""What is shown of both networks against the plain forward pass, and against the formulas that the page writes."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from vitviz.analysis.recommendation.edits import edited, read_edits, write_edits
from vitviz.analysis.recommendation.flights import flights
from vitviz.analysis.recommendation.prediction import attended, gated, last_scores, leave_one_out
from vitviz.models.gru4rec import Gru4Rec
from vitviz.models.sasrec import SasRec
from vitviz.zoo.sequence_models import load_sequence_model

CODES = {"BOS": 12, "ATL": 5}


@pytest.fixture(scope="module")
def sasrec() -> SasRec:
    return cast(SasRec, load_sequence_model("sasrec-mini").network)


@pytest.fixture(scope="module")
def gru4rec() -> Gru4Rec:
    return cast(Gru4Rec, load_sequence_model("gru4rec-mini").network)


@pytest.mark.parametrize("count", [50, 7])
def test_weights_and_scores_of_the_last_place(sasrec: SasRec, count: int) -> None:
    items = flights().rows[3281][-count - 1 : -1]
    seen = attended(sasrec, items)
    filled_up = torch.nn.functional.pad(items, (50 - count, 0))[None]
    torch.testing.assert_close(seen.scores, sasrec(filled_up)[0, -1], atol=1e-5, rtol=0)
    torch.testing.assert_close(last_scores(sasrec, [items], 50)[0], seen.scores, atol=1e-5, rtol=0)
    scores = torch.einsum("lhd,lhnd->lhn", seen.q, seen.k) / 50**0.5
    torch.testing.assert_close(seen.attn_scores, scores, atol=1e-5, rtol=0)
    torch.testing.assert_close(seen.weights, scores.softmax(dim=-1), atol=1e-6, rtol=0)
    torch.testing.assert_close(seen.scores, sasrec.item_embed.weight[1:] @ seen.state, atol=1e-5, rtol=0)


def test_gates_make_the_state_as_the_page_writes_it(gru4rec: Gru4Rec) -> None:
    items = flights().rows[3281][-31:-1]
    seen = gated(gru4rec, items)
    reset, update = ((seen.of_input + seen.of_state)[:, gate].sigmoid() for gate in (0, 1))
    candidate = (seen.of_input[:, 2] + reset * seen.of_state[:, 2]).tanh()
    before = torch.cat([torch.zeros(1, 64), seen.state[:-1]])
    state = (1 - update) * candidate + update * before
    for shown, made in (
        (seen.reset, reset),
        (seen.update, update),
        (seen.candidate, candidate),
        (seen.state, state),
    ):
        torch.testing.assert_close(shown, made, atol=1e-6, rtol=0)
    torch.testing.assert_close(seen.scores, gru4rec.out(seen.state[-1]), atol=1e-5, rtol=0)
    torch.testing.assert_close(seen.scores, gru4rec(items[None])[0, -1], atol=1e-5, rtol=0)


def test_a_choice_left_out_is_a_run_of_its_own(sasrec: SasRec, gru4rec: Gru4Rec) -> None:
    items = flights().rows[100][-13:-1]
    for network in (sasrec, gru4rec):
        found = leave_one_out(network, items)
        assert found.shape == (12, 104)
        without = torch.cat([items[:4], items[5:]])[None]
        torch.testing.assert_close(found[4], network(without)[0, -1].softmax(dim=0), atol=1e-6, rtol=0)
    with pytest.raises(ValueError, match="none can be left out"):
        leave_one_out(sasrec, items[:1])


def test_changes_of_a_row_go_there_and_back() -> None:
    edits = read_edits("20BOS,3-", CODES)
    assert edits == {3: None, 20: 12}
    assert write_edits(edits, {12: "BOS"}) == "3-,20BOS"
    assert edited([1, 2, 3, 4, 5], {0: None, 4: 12}) == [(1, 2), (2, 3), (3, 4), (4, 12)]
    assert edited([1, 2], {0: None, 1: None}) == [(1, 2)]
    for text, says in (("3", "a place and an airport"), ("50-", "places are 0 to 49"), ("3-,3BOS", "each once"),
                       ("3XYZ", "no airport 'XYZ'"), ("<b>", "a place and an airport")):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            read_edits(text, CODES)

"""Losses against loops over cells, ranks against counting, heuristics against what a person would count."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from vitviz.analysis.recommendation.heuristics import Heuristics
from vitviz.analysis.recommendation.losses import LOSSES, all_others, others_of_batch
from vitviz.analysis.recommendation.ranking import figures, mrr, ranks, recall

SCORES = torch.randn(5, 7, generator=torch.Generator().manual_seed(0)) * 2
OWN = torch.tensor([2, 0, 6, 2, 4])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def of_case(name: str, mine: float, others: list[float]) -> float:
    """The loss of one row, on paper."""
    share = [math.exp(x) for x in others]
    share = [x / sum(share) for x in share]
    count = len(others)
    if name == "cross_entropy":
        return math.log(sum(math.exp(x) for x in (mine, *others))) - mine
    if name == "binary_cross_entropy":
        return -math.log(sigmoid(mine)) - sum(math.log(1 - sigmoid(x)) for x in others) / count
    if name == "bpr":
        return -sum(math.log(sigmoid(mine - x)) for x in others) / count
    if name == "top1":
        return sum(sigmoid(x - mine) + sigmoid(x * x) for x in others) / count
    won = sum(s * sigmoid(mine - x) for s, x in zip(share, others, strict=True))
    return -math.log(won) + sum(s * x * x for s, x in zip(share, others, strict=True))


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_that_on_paper_and_falls_when_what_came_next_gains(name: str) -> None:
    drawn = torch.zeros_like(SCORES, dtype=torch.bool).scatter(
        1, torch.tensor([[1, 3, 5]]).expand(5, -1), True
    )
    drawn &= all_others(SCORES, OWN)
    for others in (all_others(SCORES, OWN), drawn):
        cases = [
            of_case(name, SCORES[i, own].item(), SCORES[i, others[i]].tolist())
            for i, own in enumerate(OWN.tolist())
        ]
        got = LOSSES[name](SCORES, OWN, others)
        assert got.item() == pytest.approx(sum(cases) / 5, rel=1e-5)
        scores = SCORES.clone().requires_grad_()
        LOSSES[name](scores, OWN, others).backward()
        gradient: Tensor | None = scores.grad
        assert gradient is not None
        assert (gradient.gather(1, OWN[:, None]) < 0).all()
        left_out = ~others.scatter(1, OWN[:, None], True)
        assert not gradient[left_out].any()


def test_in_a_batch_the_same_item_is_no_other() -> None:
    others = others_of_batch(OWN)
    assert not others.diagonal().any()
    assert not others[0, 3]
    assert others.sum() == 5 * 5 - 5 - 2


def test_ranks_and_figures() -> None:
    scores = torch.tensor([[3.0, 1.0, 2.0, 2.0], [0.0, 0.0, 0.0, 0.0], [9.0, 1.0, 2.0, 3.0]])
    rank = ranks(scores, torch.tensor([2, 1, 1]))
    assert rank.tolist() == [2.5, 2.5, 4.0]
    assert recall(rank, 3) == pytest.approx(2 / 3)
    assert mrr(rank, 3) == pytest.approx(0.8 / 3)
    assert figures(rank).keys() == {"recall1", "recall5", "recall10", "mrr20"}


def test_heuristics_count() -> None:
    rows = [torch.tensor([1, 2, 1, 2, 3]), torch.tensor([2, 1, 3, 3])]
    scores = Heuristics(rows, 4).scores([torch.tensor([1, 1, 2]), torch.tensor([4, 3])])
    assert scores["most popular"].tolist() == [[3, 3, 3, 0]] * 2
    # After 2 came 1 twice and 3 once; after 3 came 3.
    torch.testing.assert_close(
        scores["followed the last one"],
        torch.tensor([[2 / 3, 0, 1 / 3, 0], [0, 0, 1, 0]]),
        atol=1e-5,
        rtol=0,
    )
    assert scores["own most frequent"].round().tolist() == [[2, 1, 0, 0], [0, 0, 1, 1]]
    torch.testing.assert_close(
        scores["the two multiplied"],
        torch.tensor([[2 / 3 * 2.1, 0, 1 / 3 * 0.1, 0], [0, 0, 1.1, 0]]),
        atol=1e-5,
        rtol=0,
    )

"""Losses cell by cell are those that training uses; what is drawn as wrong is what it says."""

from __future__ import annotations

import math

import pytest
import torch

from vitviz.analysis.recommendation.candidates import SOURCES, Source, candidates
from vitviz.analysis.recommendation.loss_cells import loss_cells
from vitviz.analysis.recommendation.losses import LOSSES
from vitviz.analysis.recommendation.negatives import draw_negatives, visited_items

CAME = torch.tensor([3, 1, 7, 3])
VISITED = visited_items([torch.tensor(row) for row in ([3, 4, 4], [1, 2], [7, 7, 8], [3, 9, 1])], 9)
SCORES = 3 * torch.randn(4, 9, generator=torch.Generator().manual_seed(1))


def of_row(name: str, mine: float, cells: list[float], pull: list[float]) -> float:
    """From the cells to the row, as the page writes it."""
    if name == "cross_entropy":
        return -math.log(mine / (mine + sum(cells)))
    if name == "binary_cross_entropy":
        return mine + sum(cells) / len(cells)
    return -math.log(sum(cells)) + sum(pull) if name == "bpr_max" else sum(cells)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", LOSSES)
def test_cells_make_the_loss_of_training(name: str, source: Source) -> None:
    chosen = candidates(source, CAME, VISITED, 3, seed=5)
    scores = SCORES[:, chosen.items - 1]
    whole = LOSSES[name](scores, chosen.own, chosen.others).item()
    found = loss_cells(name, scores, chosen.own, chosen.others)
    assert found.total == pytest.approx(whole, rel=1e-5)
    assert torch.equal(found.cells.isnan(), ~chosen.others)
    for row, own in enumerate(chosen.own.tolist()):
        cells = found.cells[row][chosen.others[row]].tolist()
        mine = found.own[row].item()
        wrong = scores[row][chosen.others[row]].tolist()
        share = found.share[row][chosen.others[row]].tolist()
        pull = [of * score**2 for of, score in zip(share, wrong, strict=True)]
        assert found.rows[row].item() == pytest.approx(of_row(name, mine, cells, pull), rel=1e-4)
        assert chosen.items[own] == CAME[row]


def test_what_is_drawn_was_never_visited_and_a_seed_draws_it_again() -> None:
    chosen = candidates("drawn", CAME, VISITED, 5, seed=2)
    assert chosen.drawn.shape == (4, 5)
    for row, drawn in enumerate(chosen.drawn.tolist()):
        assert len(set(drawn)) == 5
        assert not VISITED[row, torch.tensor(drawn) - 1].any()
        assert sorted(drawn) == chosen.items[chosen.others[row]].tolist()
    assert torch.equal(candidates("drawn", CAME, VISITED, 5, seed=2).drawn, chosen.drawn)
    assert not torch.equal(candidates("drawn", CAME, VISITED, 5, seed=3).drawn, chosen.drawn)
    often = draw_negatives(VISITED[:1].expand(4000, -1), 1, torch.Generator().manual_seed(0))
    share = often[:, 0].bincount(minlength=9)[~VISITED[0]] / 4000
    torch.testing.assert_close(share, torch.full((7,), 1 / 7), atol=0.02, rtol=0)

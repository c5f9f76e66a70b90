from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch

from vitviz.analysis.detection.matching import assign, match, matching_costs


def total(costs: np.ndarray, columns: list[int]) -> float:
    return float(costs[np.arange(len(costs)), columns].sum())


@pytest.mark.parametrize("whole", [False, True])
def test_no_assignment_is_cheaper(whole: bool) -> None:
    """Every permutation is tried; whole numbers bring ties and equal prices."""
    rng = np.random.default_rng(3)
    for rows, columns in [(1, 1), (1, 5), (3, 3), (3, 7), (5, 6)]:
        for _ in range(4):
            costs = (
                rng.integers(-3, 4, (rows, columns)).astype(float)
                if whole
                else rng.normal(size=(rows, columns))
            )
            chosen = assign(costs.tolist())
            assert len(set(chosen)) == rows
            cheapest = min(total(costs, list(order)) for order in permutations(range(columns), rows))
            assert total(costs, chosen) == pytest.approx(cheapest, abs=1e-12)


def test_greedy_would_be_dearer() -> None:
    assert assign([[0.0, 1.0], [0.1, 9.0]]) == [1, 0]
    assert assign([]) == []


@pytest.mark.parametrize(
    ("costs", "sentence"), [([[1.0], [2.0]], "2 rows"), ([[float("nan")]], "not a number")]
)
def test_what_cannot_be_assigned_gets_one_sentence(costs: list[list[float]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        assign(costs)


def test_a_batch_is_matched_picture_by_picture() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 5, 4, generator=generator)
    boxes, truth = (torch.rand(*shape, 4, generator=generator) * 0.4 + 0.3 for shape in ((3, 5), (4,)))
    labels, counts = torch.tensor([0, 2, 1, 1]), [2, 0, 2]
    matched = match(logits, boxes, labels, truth, counts)
    assert matched.picture.tolist() == [0, 0, 2, 2]
    assert matched.thing.tolist() == [0, 1, 2, 3]
    for picture, things in ((0, slice(0, 2)), (2, slice(2, 4))):
        costs = matching_costs(logits[picture], boxes[picture], labels[things], truth[things]).total
        assert matched.query[matched.picture == picture].tolist() == assign(costs.T.tolist())
    assert match(logits, boxes, labels[:0], truth[:0], [0, 0, 0]).query.shape == (0,)

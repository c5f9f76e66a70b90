"""Probabilities, ranks and changes of classes against torch's softmax and a plain sort."""

import numpy as np
import pytest
import torch

from vitviz.analysis.position.class_changes import (
    class_changes,
    gap,
    likeliest,
    listed_classes,
    moved,
    position_use,
    probabilities,
    ranks,
)

FIRST = np.array([3.0, 1.0, 0.5, -1.0, 0.0, -2.0, -3.0], np.float32)
SECOND = np.array([0.0, 1.0, 0.5, -1.0, 0.0, 4.0, -3.0], np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    return torch.from_numpy(logits).double().softmax(0).numpy()


def test_probabilities_are_the_softmax_also_of_large_scores() -> None:
    for logits in (FIRST, FIRST + 5000):
        np.testing.assert_allclose(probabilities(logits), softmax(logits), atol=1e-12)


def test_ranks_count_from_the_highest_and_equals_keep_their_order() -> None:
    assert ranks(FIRST).tolist() == [0, 1, 2, 4, 3, 5, 6]
    assert ranks(SECOND).tolist() == [3, 1, 2, 5, 4, 0, 6]


def test_every_runs_best_classes_are_listed_once() -> None:
    assert listed_classes([FIRST, SECOND], 2) == [0, 1, 5]
    assert listed_classes([FIRST], 3) == [0, 1, 2]


def test_changes_are_from_the_first_run() -> None:
    ((first, second),) = class_changes([FIRST, SECOND], [5])
    p, q = softmax(FIRST)[5], softmax(SECOND)[5]
    assert (first.change, first.rank, second.rank) == (0, 5, 0)
    assert (first.probability, second.probability) == pytest.approx((p, q))
    assert second.change == pytest.approx(q - p)


def test_gaps_and_the_likeliest_class() -> None:
    assert gap(FIRST, SECOND) == 6.0
    assert likeliest(SECOND) == (5, pytest.approx(softmax(SECOND)[5]))
    assert moved(FIRST, [FIRST, SECOND]) == pytest.approx(np.abs(softmax(FIRST) - softmax(SECOND)).sum() / 2)


def test_positions_matter_where_a_probability_moves() -> None:
    slight = FIRST + np.float32(0.01) * np.arange(7, dtype=np.float32)
    unused = position_use(FIRST, {"removed": slight, "contents": FIRST, "tokens": SECOND})
    assert unused.little
    assert unused.moved == pytest.approx(np.abs(softmax(FIRST) - softmax(slight)).sum() / 2)
    assert not position_use(FIRST, {"removed": FIRST, "contents": SECOND}).little


def test_many_classes_that_each_move_a_little_are_much_together() -> None:
    logits = np.random.default_rng(0).normal(0, 0.1, (2, 1000)).astype(np.float32)
    use = position_use(logits[0], {"removed": logits[1], "contents": logits[0]})
    assert np.abs(softmax(logits[0]) - softmax(logits[1])).max() < 0.001
    assert not use.little

"""What counts as an unusually large norm."""

import numpy as np

from vitviz.analysis.layer_norm.large_norms import MOST_MARKED, large_norms


def test_even_norms_have_none() -> None:
    found = large_norms(np.linspace(9, 11, 50))
    assert found.tokens == ()
    assert (found.largest, found.largest_norm, found.median) == (49, 11.0, 10.0)


def test_those_above_twice_the_median_come_largest_first() -> None:
    norms = np.full(20, 10.0)
    norms[[3, 7, 12]] = 30, 90, 20  # exactly twice is not above
    assert large_norms(norms).tokens == (7, 3)
    assert large_norms(norms).largest == 7


def test_nothing_stands_out_of_nothing() -> None:
    found = large_norms(np.zeros(4))
    assert found.tokens == ()
    assert found.ratio == 1.0


def test_a_single_vector_is_never_unusual() -> None:
    assert large_norms(np.array([5.0])).tokens == ()


def test_of_many_the_largest_are_marked() -> None:
    norms = np.ones(400)
    norms[100:200] = np.arange(3, 103)
    found = large_norms(norms)
    assert len(found.tokens) == 100
    assert found.marked == tuple(range(199, 199 - MOST_MARKED, -1))

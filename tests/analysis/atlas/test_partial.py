"""Sums of pictures are exact: merged in any order and grouping they are the same to the last digit."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vitviz.analysis.atlas.batch import batch_statistics
from vitviz.analysis.atlas.partial import (
    BINS,
    FIGURE_UNITS,
    MOST_PICTURES,
    NORM_BINS,
    Partial,
    exact,
    from_arrays,
    merge,
    norm_counts,
    norm_quantile,
    spread_of,
    to_arrays,
)
from vitviz.analysis.atlas.top import merge_top, top_of
from vitviz.zoo.model import Model


def same(a: Partial, b: Partial) -> bool:
    one, other = to_arrays(a), to_arrays(b)
    return all(one[name].tobytes() == other[name].tobytes() for name in one)


@pytest.fixture(scope="module")
def parts(quick: Model) -> list[Partial]:
    side = quick.entry.preprocessing.size
    images = torch.randn(6, 3, side, side, generator=torch.Generator().manual_seed(0))
    return [batch_statistics(quick.network, images[i : i + 1], [i], 3) for i in range(6)]


def test_any_order_and_any_grouping_merge_to_the_same(parts: list[Partial]) -> None:
    whole = merge(parts)
    assert whole.pictures == 6
    for seed in range(20):
        left = parts.copy()
        dice = random.Random(seed)
        while len(left) > 1:
            dice.shuffle(left)
            left.append(merge([left.pop(), left.pop()]))
        assert same(left[0], whole)


def test_a_mean_is_the_mean(parts: list[Partial]) -> None:
    means = np.stack([part.total / FIGURE_UNITS for part in parts])
    np.testing.assert_allclose(merge(parts).total / FIGURE_UNITS / 6, means.mean(axis=0), atol=1e-9)


def test_different_models_and_too_many_pictures_are_not_merged(parts: list[Partial]) -> None:
    with pytest.raises(ValueError, match="different models"):
        merge([parts[0], replace(parts[1], count=parts[1].count[:1])])
    with pytest.raises(ValueError, match="at most"):
        merge([parts[0], replace(parts[1], pictures=MOST_PICTURES)])
    with pytest.raises(ValueError, match="nothing to merge"):
        merge([])


def test_arrays_and_back(parts: list[Partial]) -> None:
    assert same(from_arrays(to_arrays(parts[0])), parts[0])


def test_exact_numbers_and_bins() -> None:
    assert exact(np.array([0.5, np.nan, 1 / 3]), 2.0**40).tolist() == [2**39, 0, round(2**40 / 3)]
    counts = spread_of(np.array([[0.0, 0.004, 0.005, 1.0, np.nan]]))[0]
    assert counts.sum() == 4
    assert (counts[0], counts[1], counts[BINS - 1]) == (2, 1, 1)


@given(
    st.lists(st.floats(0.0078125, 131072, width=32), min_size=1, max_size=60),
    st.sampled_from([0.05, 0.5, 0.95]),
)
@settings(max_examples=60, deadline=None)
def test_a_quantile_lies_within_its_bin(values: list[float], share: float) -> None:
    counts = norm_counts(np.array(values, np.float32))
    assert counts.sum() == len(values)
    found = norm_quantile(counts, share)
    low = float(np.quantile(values, share, method="lower"))
    high = float(np.quantile(values, share, method="higher"))
    step = 2 ** (1.01 / 32)
    below = sorted(values)[max(0, int(np.ceil(share * len(values))) - 1)]
    assert min(low, below) / step <= found <= max(high, below) * step


def test_lengths_outside_of_the_bins_are_at_their_ends() -> None:
    counts = norm_counts(np.array([0.0, 1e-9, 1e12], np.float32))
    assert (counts[0], counts[NORM_BINS - 1]) == (2, 1)
    assert np.isnan(norm_quantile(np.zeros(NORM_BINS, np.int64), 0.5))


def test_of_equal_values_the_earlier_picture_stands_first() -> None:
    value = np.array([[1.0, 2.0, 2.0, 0.5]])
    picture, patch = np.array([[3, 9, 4, -1]]), np.array([[0, 1, 2, 3]])
    top = top_of(value, picture, patch, patch, 3)
    assert top.picture.tolist() == [[4, 9, 3]]
    assert top.patch.tolist() == [[2, 1, 0]]
    other = top_of(np.array([[2.0]]), np.array([[1]]), np.array([[7]]), np.array([[7]]), 3)
    for merged in (merge_top(top, other), merge_top(other, top)):
        assert merged.picture.tolist() == [[1, 4, 9]]
        assert merged.value.tolist() == [[2.0, 2.0, 2.0]]


def test_fewer_than_k_leave_empty_places_at_the_end() -> None:
    top = top_of(np.array([[-5.0]]), np.array([[0]]), np.array([[1]]), np.array([[1]]), 3)
    assert top.picture.tolist() == [[0, -1, -1]]
    assert top.value.tolist() == [[-5.0, -np.inf, -np.inf]]

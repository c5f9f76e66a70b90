"""Cosines of position embeddings against torch and pair by pair; the figure's structure counted by hand."""

import math

import numpy as np
import pytest
import torch

from vitviz.analysis.position.similarity import (
    cosine_similarities,
    cosines_with,
    largest_of_two,
    nearest_place,
    structure,
)
from vitviz.models.positions import sincos_positions


def test_every_cosine_is_torchs() -> None:
    e = torch.randn(21, 16, generator=torch.Generator().manual_seed(3))
    got = cosine_similarities(e.numpy())
    expected = torch.nn.functional.cosine_similarity(e.double()[:, None], e.double()[None], dim=-1)
    np.testing.assert_allclose(got, expected.numpy(), atol=1e-12)
    i, j = 4, 17
    by_hand = sum(a * b for a, b in zip(e[i].tolist(), e[j].tolist(), strict=True))
    by_hand /= math.sqrt(sum(a * a for a in e[i].tolist())) * math.sqrt(sum(b * b for b in e[j].tolist()))
    assert got[i, j] == pytest.approx(by_hand, abs=1e-12)


def test_the_largest_of_two_leaves_out_each_with_itself() -> None:
    cosines = cosine_similarities(np.array([[1.0, 0], [1, 1], [0, 0], [-3, -1]], np.float32))
    assert largest_of_two(cosines) == pytest.approx(3 / math.sqrt(10))
    assert largest_of_two(cosine_similarities(np.ones((1, 3), np.float32))) == 1.0


def test_a_position_of_zeros_has_no_cosine() -> None:
    e = np.array([[1.0, 0], [0, 0], [0, 2]], np.float32)
    got = cosine_similarities(e)
    assert np.isnan(got[1]).all()
    assert np.isnan(got[:, 1]).all()
    np.testing.assert_allclose(got[np.ix_([0, 2], [0, 2])], np.eye(2), atol=1e-15)


def test_sine_cosine_positions_depend_on_the_distance_alone() -> None:
    # sin a sin b + cos a cos b = cos(a - b): only how far two patches are apart matters.
    s = cosine_similarities(sincos_positions((5, 6), 32)[0].numpy()).reshape(5, 6, 5, 6)
    for row, column in ((0, 0), (1, 3), (2, 2)):
        np.testing.assert_allclose(s[row, column, row + 2, column + 1], s[0, 0, 2, 1], atol=1e-6)
    np.testing.assert_allclose(s[0, 0, 3, 0], s[0, 0, 0, 3], atol=1e-6)


def test_the_structure_is_counted_pair_by_pair() -> None:
    rows, columns = 3, 4
    generator = np.random.default_rng(0)
    s = generator.normal(size=(12, 12))
    groups: dict[str, list[float]] = {"neighbours": [], "row": [], "column": [], "elsewhere": []}
    for i in range(12):
        for j in range(12):
            down, across = abs(i // columns - j // columns), abs(i % columns - j % columns)
            if down + across == 1:
                groups["neighbours"].append(s[i, j])
            if i != j:
                groups["row" if down == 0 else "column" if across == 0 else "elsewhere"].append(s[i, j])
    got = structure(s, (rows, columns))
    for name, values in groups.items():
        assert getattr(got, name) == pytest.approx(np.mean(values), abs=1e-12)


def test_one_patch_has_no_structure_and_a_wrong_grid_is_refused() -> None:
    assert all(math.isnan(value) for value in structure(np.ones((1, 1)), (1, 1)))
    with pytest.raises(ValueError, match="3 x 4 patches"):
        structure(np.ones((9, 9)), (3, 4))


def test_the_same_place_of_the_picture_on_another_grid() -> None:
    assert nearest_place((7, 3), (14, 14), (28, 28)) == (15, 7)
    assert nearest_place((15, 7), (28, 28), (14, 14)) == (7, 3)
    assert nearest_place((13, 0), (14, 14), (7, 20)) == (6, 0)
    for n in (1, 5, 14, 33):
        assert nearest_place((13, 13), (14, 14), (n, n)) == (n - 1, n - 1) or n > 14


def test_one_row_alone_is_the_same() -> None:
    e = np.random.default_rng(2).normal(size=(9, 5)).astype(np.float32)
    e[3] = 0
    np.testing.assert_allclose(cosines_with(e, 7), cosine_similarities(e)[7], atol=1e-15)
    assert np.isnan(cosines_with(e, 3)).all()

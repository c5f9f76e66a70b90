"""Which cells share a mean, and torch's own words where it refuses."""

import numpy as np
import pytest
import torch
from torch import nn

from vitviz.analysis.norm_lab.normalized_shape import Groups, groups, refusal

X = np.random.default_rng(5).standard_normal((4, 2, 3)) * 3 + 1


@pytest.mark.parametrize(("shape", "count"), [((3,), 8), ((2, 3), 4), ((4, 2, 3), 1)])
def test_groups_are_the_leading_indices_and_agree_with_torch(shape: tuple[int, ...], count: int) -> None:
    found = groups(X, shape)
    assert isinstance(found, Groups)
    assert len(found.mean) == count
    assert found.size == 24 // count
    for g in range(count):
        members = X[found.group == g]
        assert len(members) == found.size
        assert found.mean[g] == pytest.approx(members.mean())
        assert found.variance[g] == pytest.approx(np.square(members - members.mean()).mean())
    expected = nn.LayerNorm(shape, dtype=torch.float64)(torch.from_numpy(X)).detach().numpy()
    np.testing.assert_allclose(found.out, expected, atol=1e-12)
    assert found.gap < 1e-12


def test_cells_of_one_group_lie_side_by_side_in_the_last_axes() -> None:
    found = groups(X, (2, 3))
    assert isinstance(found, Groups)
    for index in range(4):
        assert set(found.group[index].ravel()) == {index}


@pytest.mark.parametrize("shape", [(2,), (4, 2), (4,), (1, 3), (5, 4, 2, 3), ()])
def test_a_refusal_is_in_torchs_own_words(shape: tuple[int, ...]) -> None:
    with pytest.raises(RuntimeError) as raised:
        nn.LayerNorm(shape, dtype=torch.float64)(torch.from_numpy(X))
    assert groups(X, shape) == str(raised.value)
    assert "normalized_shape" in str(raised.value)


def test_a_huge_shape_is_refused_and_takes_no_memory() -> None:
    refusal = groups(X, (999_999, 999_999))
    assert isinstance(refusal, str)
    assert "Given normalized_shape=[999999, 999999]" in refusal


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ((), "empty"),
        ((9, 9, 9, 9), "long"),
        ((4, 2), "first"),
        ((4,), "first"),
        ((2,), "other"),
        ((1, 3), "other"),
    ],
)
def test_what_torch_refuses_has_a_reason(asked: tuple[int, ...], reason: str) -> None:
    assert isinstance(groups(X, asked), str)
    assert refusal(X.shape, asked) == reason

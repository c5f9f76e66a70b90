"""Patches: the order a convolution flattens in, and the way back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitviz.images import patchify, unpatchify


@settings(max_examples=40, deadline=None)
@given(
    channels=st.integers(1, 4),
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    patch=st.integers(1, 6),
    dtype=st.sampled_from([np.float32, np.uint8, np.int64]),
)
def test_round_trip(channels: int, rows: int, columns: int, patch: int, dtype: type) -> None:
    """unpatchify undoes patchify for every shape, and keeps the dtype."""
    size = channels * rows * patch * columns * patch
    array: np.ndarray = np.arange(size).astype(dtype).reshape(channels, rows * patch, columns * patch)
    patches = patchify(array, patch)
    assert patches.shape == (rows * columns, channels * patch * patch)
    assert patches.dtype == dtype
    np.testing.assert_array_equal(unpatchify(patches, (rows, columns), patch, channels), array)


def test_order_by_hand() -> None:
    """Patches row by row; inside one channel, row, column."""
    array = np.arange(2 * 2 * 4).reshape(2, 2, 4)
    np.testing.assert_array_equal(
        patchify(array, 2), [[0, 1, 4, 5, 8, 9, 12, 13], [2, 3, 6, 7, 10, 11, 14, 15]]
    )


@pytest.mark.parametrize(("height", "width", "patch"), [(8, 12, 4), (6, 6, 3), (5, 10, 5)])
def test_agrees_with_unfold(height: int, width: int, patch: int) -> None:
    """torch's unfold gives the same patches as columns."""
    torch = pytest.importorskip("torch")
    array = np.random.default_rng(0).normal(size=(3, height, width)).astype(np.float32)
    unfolded = torch.nn.functional.unfold(torch.from_numpy(array)[None], patch, stride=patch)  # (1, C*P*P, N)
    np.testing.assert_array_equal(patchify(array, patch), unfolded[0].T.numpy())


def test_is_the_patch_embedding_convolution() -> None:
    """Multiplying patches by the flattened kernel is the strided convolution."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    array = rng.normal(size=(3, 8, 12))
    weight = rng.normal(size=(5, 3, 4, 4))
    convolved = torch.nn.functional.conv2d(torch.from_numpy(array)[None], torch.from_numpy(weight), stride=4)
    tokens = convolved[0].flatten(1).T.numpy()  # (N, D)
    np.testing.assert_allclose(patchify(array, 4) @ weight.reshape(5, -1).T, tokens, atol=1e-12)


@pytest.mark.parametrize(("height", "width"), [(225, 224), (224, 225), (8, 224)])
def test_a_size_that_does_not_divide_is_named(height: int, width: int) -> None:
    """The error holds the numbers that do not go together."""
    with pytest.raises(ValueError, match=f"{height} x {width} pixels .* patches of 16 x 16"):
        patchify(np.zeros((3, height, width)), 16)


def test_wrong_shapes_are_refused() -> None:
    """A batch, a patch of 0 and patches that do not fit their grid."""
    with pytest.raises(ValueError, match=r"\(1, 3, 8, 8\)"):
        patchify(np.zeros((1, 3, 8, 8)), 4)
    with pytest.raises(ValueError, match="patches of 0 x 0"):
        patchify(np.zeros((3, 8, 8)), 0)
    with pytest.raises(ValueError, match=r"grid of 2 x 2 .* \(4, 48\), got \(3, 48\)"):
        unpatchify(np.zeros((3, 48)), (2, 2), 4)

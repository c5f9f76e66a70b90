"""Attention laid over the picture: every weight at its own token, what is out of reach left empty."""

import numpy as np

from vitviz.views.attention import head_maps, strongest


def test_a_window_lies_where_its_tokens_are() -> None:
    weights = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]], dtype=np.float32)
    maps = head_maps(weights, np.array([5, -1, 0]), num_patches=6, num_prefix=0)
    assert maps.tokens.shape == (2, 6)
    np.testing.assert_array_equal(maps.tokens[:, 5], weights[:, 0])
    np.testing.assert_array_equal(maps.tokens[:, 0], weights[:, 2])
    assert np.isnan(maps.tokens[:, 1:5]).all()
    assert np.isnan(maps.patches[:, 1]).all()
    assert maps.limits == (0.0, float(np.float32(0.7)))


def test_prefix_tokens_keep_their_weight_but_do_not_stretch_the_scale() -> None:
    weights = np.array([[0.9, 0.06, 0.04]], dtype=np.float32)
    maps = head_maps(weights, np.arange(3), num_patches=2, num_prefix=1)
    assert maps.tokens[0, 0] == np.float32(0.9)
    assert maps.limits == (0.0, float(np.float32(0.06)))


def test_the_strongest_come_first_and_nan_is_no_token() -> None:
    weights = np.array([0.1, np.nan, 0.5, 0.4], dtype=np.float32)
    assert [token for token, _ in strongest(weights, 9)] == [2, 3, 0]

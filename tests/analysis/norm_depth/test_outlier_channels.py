"""A channel that is large in every token is found, one that is large in a single token by its root mean square."""

import numpy as np
import pytest

from vitviz.analysis.norm_depth.outlier_channels import TIMES_MEDIAN_CHANNEL, outlier_channels


def test_large_channels_are_found_largest_first() -> None:
    x = np.random.default_rng(2).standard_normal((50, 20))
    x[:, 7] *= 10
    x[:, 3] += 40
    found = outlier_channels(x)
    assert found.channels == (3, 7)
    assert found.largest == 3
    assert found.rms[5] == pytest.approx(np.sqrt((x[:, 5] ** 2).sum() / 50))
    assert found.median == pytest.approx(np.median(found.rms))


def test_equal_channels_have_no_outlier() -> None:
    found = outlier_channels(np.ones((4, 6)))
    assert found.channels == ()
    assert found.median == 1


def test_the_threshold_itself_is_no_outlier() -> None:
    x = np.ones((3, 5))
    x[:, 2] = TIMES_MEDIAN_CHANNEL
    assert outlier_channels(x).channels == ()
    x[:, 2] = np.nextafter(TIMES_MEDIAN_CHANNEL, 9)
    assert outlier_channels(x).channels == (2,)

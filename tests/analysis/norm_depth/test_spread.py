"""Quartiles over places with different numbers of tokens."""

import numpy as np

from vitviz.analysis.norm_depth.spread import spread


def test_each_place_has_its_own_five_numbers() -> None:
    band = spread([np.array([4.0, 1.0, 3.0, 2.0, 5.0]), np.array([7.0])])
    assert [float(part[0]) for part in band] == [1, 2, 3, 4, 5]
    assert [float(part[1]) for part in band] == [7, 7, 7, 7, 7]


def test_float32_is_widened_before_it_is_interpolated() -> None:
    values = np.array([0.1, 0.2], np.float32)
    assert spread([values]).median[0] == (float(values[0]) + float(values[1])) / 2

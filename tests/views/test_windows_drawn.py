"""Windows on the picture: the roll is numpy's, padding is grey, tints lie on their own cells."""

import numpy as np
from PIL import Image

from vitviz.views.windows import HUES, PADDING, bordered, padded_picture, rolled_picture, tinted


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8))


def test_the_rolled_picture_is_numpys_roll() -> None:
    picture = noise(40, 40)
    rolled = np.asarray(rolled_picture(picture, 3, 4.0))
    np.testing.assert_array_equal(rolled, np.roll(np.asarray(picture), (-12, -12), axis=(0, 1)))


def test_padding_is_below_and_to_the_right() -> None:
    picture = noise(20, 12)
    padded = np.asarray(padded_picture(picture, 7, 7, 4.0))
    assert padded.shape == (28, 28, 3)
    np.testing.assert_array_equal(padded[:12, :20], np.asarray(picture))
    assert (padded[12:] == PADDING).all()
    assert (padded[:, 20:] == PADDING).all()


def test_a_tint_lies_on_its_region_only() -> None:
    regions = np.full((4, 4), -1)
    regions[0, 3] = 2
    black = Image.new("RGB", (80, 80))
    pixels = np.asarray(tinted(black, regions, strength=1.0))
    assert (pixels[1, 61] == HUES[2]).all()
    assert (pixels[20:] == 0).all()


def test_borders_run_before_the_given_rows_and_columns() -> None:
    pixels = np.asarray(bordered(Image.new("RGB", (40, 40)), [2], [5], 4.0))
    assert (pixels[8, 0] == 255).all()
    assert (pixels[0, 20] == 255).all()
    assert (pixels[3, 3] == 0).all()

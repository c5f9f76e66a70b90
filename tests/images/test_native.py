"""A size that keeps a picture's shape, in whole patches."""

from __future__ import annotations

import pytest

from vitviz.images import native_size


@pytest.mark.parametrize(
    ("picture", "side", "step", "size"),
    [
        ((640, 640), 224, 16, (224, 224)),
        ((800, 400), 224, 16, (160, 320)),  # 158.4 x 316.8
        ((400, 800), 224, 14, (322, 154)),  # 316.8 x 158.4
        ((131_072, 1), 224, 16, (16, 3136)),  # one patch high, as many pixels as the square has
        ((1, 1), 20, 32, (32, 32)),
    ],
)
def test_the_shape_is_kept_to_half_a_patch(
    picture: tuple[int, int], side: int, step: int, size: tuple[int, int]
) -> None:
    assert native_size(picture, side, step) == size


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no size for a picture of 0 x 5"):
        native_size((0, 5), 224, 16)

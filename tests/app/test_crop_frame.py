"""The frame of what a model is given: the part inside it stays as bright as it was, the rest is darker."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.chosen_picture import ChosenPicture
from vitviz.app.crop_frame import cut_off, framed
from vitviz.images import Preprocessing
from vitviz.images import view as view_of
from vitviz.images.pool import Facts

SIDE, LEVEL = 50, 200


def picture(width: int, height: int) -> ChosenPicture:
    whole = Image.new("RGB", (width, height), (LEVEL, LEVEL, LEVEL))
    return ChosenPicture(
        Facts(whole.size, whole.size, "PNG", "RGB", (), "0" * 64), lambda spec: view_of(whole, spec), 0
    )


def levels(of: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(of)[..., 2]


@pytest.mark.parametrize(("width", "height"), [(400, 200), (200, 400)])
def test_what_is_cropped_away_is_darker(width: int, height: int) -> None:
    chosen, spec = picture(width, height), Preprocessing(size=64)
    drawn = framed(chosen, spec, SIDE)
    assert drawn.size == (width // 4, height // 4)
    across = levels(drawn)[25] if width > height else levels(drawn)[:, 25]
    assert (across[:24] < LEVEL / 2).all()
    assert (across[35:65] == LEVEL).all()
    assert (across[76:] < LEVEL / 2).all()
    assert cut_off(chosen, spec) == "50"


@pytest.mark.parametrize("fit", ["pad", "squash"])
def test_where_nothing_is_cut_off_nothing_is_darker(fit: str) -> None:
    chosen, spec = picture(300, 100), Preprocessing(size=64, fit=fit)  # type: ignore[arg-type]
    drawn = levels(framed(chosen, spec, SIDE))
    assert drawn.shape == (33, 100)
    assert (drawn[8:-8, 8:-8] == LEVEL).all()
    assert cut_off(chosen, spec) == "0"

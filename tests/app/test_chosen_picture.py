"""A session keeps a picture's file and a few views of it, never its pixels in full size."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from vitviz.app import chosen_picture
from vitviz.app.chosen_picture import KEPT_VIEWS, of_sample, of_upload
from vitviz.images import ImageError, Preprocessing, open_image
from vitviz.samples import SAMPLES

SPECS = [Preprocessing(64 + side, 0.9) for side in range(KEPT_VIEWS + 2)]


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    yield
    chosen_picture.workers.close()


def large() -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 900)).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def test_what_each_model_sees_is_that_of_the_whole_picture() -> None:
    data = large()
    chosen, whole = of_upload(data, SPECS[0]), open_image(data)
    for spec in [*SPECS, SPECS[0]]:
        np.testing.assert_array_equal(np.asarray(chosen.view(spec)), np.asarray(whole.view(spec)))
    assert (chosen.size, chosen.sha256, chosen.notes) == (whole.size, whole.sha256, whole.notes)


def test_it_keeps_the_file_and_the_last_views() -> None:
    data = large()
    chosen = of_upload(data, SPECS[0])
    for spec in SPECS:
        chosen.view(spec)
    views = sum(3 * spec.height_width[0] ** 2 for spec in SPECS[-KEPT_VIEWS:])
    assert chosen.nbytes == len(data) + views < 1200 * 900 * 3 / 10
    assert chosen.view(SPECS[-1]) is chosen.view(SPECS[-1])


def test_a_sample_is_opened_here() -> None:
    running = chosen_picture.workers.running
    chosen = of_sample(SAMPLES[0].path)
    np.testing.assert_array_equal(
        np.asarray(chosen.view(SPECS[0])), np.asarray(open_image(SAMPLES[0].path).view(SPECS[0]))
    )
    assert chosen_picture.workers.running == running


def test_what_cannot_be_opened_is_refused_as_anywhere() -> None:
    with pytest.raises(ImageError, match="empty"):
        of_upload(b"", SPECS[0])

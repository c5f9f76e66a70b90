"""EXIF orientation, and the first frame of several."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.images.files import chunk, encode, noise, pixels
from vitviz.images import open_image


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation(orientation: int, kind: str) -> None:
    """All eight, in all formats that hold them: the marked corner ends up where the standard says."""
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :16] = (255, 0, 0)  # top left
    upright[8:, :16] = (0, 255, 0)  # bottom left
    # What a camera stores, from the upright picture: the standard's "row 0 is ..., column 0 is ...".
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    if kind == "JPEG":
        options = {"quality": 100, "subsampling": 0}
    data = encode(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif, **options)
    picture = open_image(data)
    assert picture.original_size == (stored.shape[1], stored.shape[0])
    np.testing.assert_allclose(np.asarray(picture.image).astype(int), upright, atol=3)
    expected = () if orientation == 1 else (f"turned upright (EXIF orientation {orientation})",)
    assert picture.notes == expected
    # The same by way of a Pillow image, lazily opened.
    np.testing.assert_array_equal(pixels(Image.open(io.BytesIO(data))), np.asarray(picture.image))


def test_orientation_after_the_pixels() -> None:
    """A PNG may hold its EXIF chunk behind the pixels."""
    exif = Image.Exif()
    exif[274] = 6
    data = encode(noise(6, 4), "PNG")
    data = data[:-12] + chunk(b"eXIf", exif.tobytes()[6:]) + data[-12:]
    assert open_image(data).image.size == (4, 6)


@pytest.mark.parametrize("damage", [b"Exif\0\0garbage here", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0"])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_does_no_harm(damage: bytes) -> None:
    """The pixels are good, so the picture opens."""
    assert open_image(encode(noise(6, 4), "JPEG", exif=damage)).image.size == (6, 4)


@pytest.mark.parametrize("value", [0, 9, 4711])
def test_orientations_that_do_not_exist_are_ignored(value: int) -> None:
    """As are strings of nonsense from broken writers."""
    exif = Image.Exif()
    exif[274] = value
    assert open_image(encode(noise(6, 4), "JPEG", exif=exif)).notes == ()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_gives_its_first_frame(kind: str) -> None:
    """And says so, without walking through the frames."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in [(255, 0, 0), (0, 255, 0), (0, 0, 255)]]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    picture = open_image(data)
    assert "first frame of an animation" in picture.notes
    np.testing.assert_allclose(np.asarray(picture.image).astype(int), np.asarray(frames[0]), atol=2)


def test_pages_of_a_tiff_and_pictures_of_an_mpo() -> None:
    """The first of them, with a note in fitting words."""
    first, second = noise(8, 8), Image.new("RGB", (8, 8))
    picture = open_image(encode(first, "TIFF", save_all=True, append_images=[second]))
    assert picture.notes == ("first page of several",)
    np.testing.assert_array_equal(np.asarray(picture.image), np.asarray(first))
    picture = open_image(
        encode(Image.new("RGB", (8, 8), "red"), "MPO", save_all=True, append_images=[second])
    )
    assert picture.format == "JPEG"
    assert picture.notes == ("main picture of several in the file",)
    assert np.asarray(picture.image)[0, 0, 0] > 250

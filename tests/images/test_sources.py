"""What can be opened: paths, bytes, streams and Pillow images, of every format."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.images.files import encode, noise, refused
from vitviz.images import open_image


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "JPEG"])
def test_every_format_opens(kind: str) -> None:
    """Lossless formats give the very pixels; the facts are right."""
    original = noise(30, 20)
    if kind == "GIF":
        original = original.quantize(32).convert("RGB")
    data = encode(original, kind, **({"lossless": True} if kind == "WEBP" else {}))
    picture = open_image(data)
    assert picture.format == kind
    assert picture.original_size == picture.image.size == (30, 20)
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    if kind != "JPEG":
        np.testing.assert_array_equal(np.asarray(picture.image), np.asarray(original))
    if kind != "GIF":
        assert picture.notes == ()


def test_every_source_gives_the_same(tmp_path: Path) -> None:
    """Path, text path, bytes and file objects, whatever their position."""
    data = encode(noise(9, 7), "PNG")
    path = tmp_path / "picture.dat"  # the name does not decide
    path.write_bytes(data)
    stream = io.BytesIO(data)
    stream.seek(11)
    with path.open("rb") as file:
        sources: list[Any] = [path, str(path), data, bytearray(data), stream, file]
        pictures = [open_image(source) for source in sources]
    assert len({picture.sha256 for picture in pictures}) == 1
    assert pictures[0] == pictures[-1]
    assert len(set(pictures)) == 1
    assert open_image(stream).sha256 == pictures[0].sha256  # a second time, from where reading ended


def test_a_pipe_is_read_to_its_end() -> None:
    """A stream that cannot seek."""
    data = encode(noise(4, 4), "PNG")
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        assert open_image(stream).sha256 == hashlib.sha256(data).hexdigest()


def test_a_pillow_image_is_taken_and_left_alone() -> None:
    """The result shares nothing with what was given, and the digest is that of the pixels."""
    given = noise(5, 4)
    picture = open_image(given)
    assert picture.format is None
    assert picture.original_mode == "RGB"
    expected = hashlib.sha256(b"5x4 RGB\n" + given.tobytes()).hexdigest()
    assert picture.sha256 == expected
    picture.image.paste((0, 0, 0), (0, 0, 5, 4))
    assert open_image(given).sha256 == expected
    assert open_image(noise(4, 5)).sha256 != expected


def test_a_transparent_palette_image_is_not_changed() -> None:
    """Pillow's own convert would leave the alpha in the palette of the image given."""
    given = Image.open(
        io.BytesIO(encode(noise(6, 6).quantize(8), "PNG", transparency=bytes([0, 128] + [255] * 6)))
    )
    given.load()
    before = given.getpalette("RGBA"), given.tobytes(), dict(given.info)
    open_image(given)
    assert (given.getpalette("RGBA"), given.tobytes(), dict(given.info)) == before


def test_an_opened_but_unloaded_pillow_image() -> None:
    """Image.open is lazy: size is still checked first, damage still becomes a sentence."""
    data = encode(noise(64, 64), "PNG")
    picture = open_image(Image.open(io.BytesIO(data)))
    assert picture.format == "PNG"
    assert "64 x 64 pixels" in refused(Image.open(io.BytesIO(data[: len(data) // 2])), max_pixels=100)
    assert "damaged" in refused(Image.open(io.BytesIO(data[: len(data) // 2])))


def test_other_things_are_a_type_error() -> None:
    """A mistake in the program, not in the picture."""
    nothing: Any = None
    array: Any = np.zeros((2, 2, 3))
    with pytest.raises(TypeError, match="NoneType"):
        open_image(nothing)
    with pytest.raises(TypeError, match="ndarray"):
        open_image(array)

"""Transparency is put on white."""

import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.images.files import WHITE, chunk, encode, noise, palette_picture, pixels, png
from vitviz.images import open_image


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_put_on_white(kind: str) -> None:
    """Hidden colours do not appear; half transparent is half white."""
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0] = [(255, 0, 0, 0), (0, 0, 0, 128), (10, 20, 30, 255)]
    data = encode(
        Image.fromarray(rgba), kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {})
    )
    assert pixels(data).tolist() == [[[255, 255, 255], [127, 127, 127], [10, 20, 30]]]
    assert open_image(data).notes == ("transparency put on white",)


def test_opaque_alpha_is_no_news() -> None:
    """An alpha channel of 255 everywhere changes nothing and is not reported."""
    rgba = noise(5, 5).convert("RGBA")
    picture = open_image(encode(rgba, "PNG"))
    assert picture.notes == ()
    assert picture.original_mode == "RGBA"
    np.testing.assert_array_equal(np.asarray(picture.image), np.asarray(noise(5, 5)))


def test_grey_with_alpha() -> None:
    """LA as PNG and premultiplied La as a Pillow image."""
    la = Image.merge("LA", (Image.new("L", (2, 1), 0), Image.frombytes("L", (2, 1), bytes([0, 255]))))
    assert pixels(encode(la, "PNG")).tolist() == [[[255, 255, 255], [0, 0, 0]]]
    assert pixels(la.convert("La")).tolist() == [[[255, 255, 255], [0, 0, 0]]]
    assert open_image(encode(la, "PNG")).notes == ("transparency put on white", "grey repeated in R, G and B")


@pytest.mark.parametrize(
    ("transparency", "expected"),
    [
        (None, [[255, 0, 0], [0, 255, 0], [0, 0, 255]]),
        (1, [[255, 0, 0], [255, 255, 255], [0, 0, 255]]),
        (bytes([255, 128, 0]), [[255, 0, 0], [127, 255, 127], [255, 255, 255]]),
    ],
)
def test_palette(transparency: Any, expected: list[list[int]]) -> None:
    """Without transparency, with one transparent colour, with an alpha for each colour."""
    options = {} if transparency is None else {"transparency": transparency}
    data = encode(palette_picture(), "PNG", **options)
    assert pixels(data).tolist() == [expected]
    assert ("transparency put on white" in open_image(data).notes) == (transparency is not None)


def test_transparent_gif() -> None:
    """GIF's one transparent colour."""
    assert pixels(encode(palette_picture(), "GIF", transparency=2))[0, 2].tolist() == [255, 255, 255]


def test_palette_with_alpha_channel() -> None:
    """PA, and a palette that is RGBA itself."""
    both = palette_picture().convert("PA")
    both.putalpha(Image.frombytes("L", (3, 1), bytes([255, 255, 0])))
    assert both.mode == "PA"
    assert pixels(both).tolist() == [[[255, 0, 0], [0, 255, 0], [255, 255, 255]]]
    image = Image.frombytes("P", (2, 1), bytes([0, 1]))
    image.putpalette([255, 0, 0, 0, 9, 9, 9, 255], "RGBA")
    assert pixels(image).tolist() == [[[255, 255, 255], [9, 9, 9]]]


@pytest.mark.parametrize(
    ("bits", "colour", "rows", "key", "expected"),
    [
        (8, 2, bytes([1, 2, 3, 4, 5, 6]), (1, 2, 3), [WHITE, (4, 5, 6)]),
        (8, 0, bytes([7, 9]), (7,), [WHITE, (9, 9, 9)]),
        (1, 0, bytes([0b01000000]), (0,), [WHITE, WHITE]),
        (2, 0, bytes([0b01100000]), (1,), [WHITE, (170, 170, 170)]),
        (4, 0, bytes([0x35]), (3,), [WHITE, (85, 85, 85)]),
        (16, 0, struct.pack(">2H", 5000, 5001), (5000,), [WHITE, (19, 19, 19)]),
        (16, 2, struct.pack(">6H", 4660, 4660, 4660, 257, 514, 771), (4660,) * 3, [WHITE, (1, 2, 3)]),
    ],
)
def test_png_colour_keys(bits: int, colour: int, rows: bytes, key: Any, expected: list[Any]) -> None:
    """The transparent colour of a PNG without alpha channel, at every depth."""
    transparent = chunk(b"tRNS", struct.pack(f">{len(key)}H", *key))
    data = png(2, 1, bits, colour, rows, transparent)
    assert pixels(data).tolist() == [[list(pixel) for pixel in expected]]
    assert "transparency put on white" in open_image(data).notes


def bmp32(pixel_bytes: bytes) -> bytes:
    """A BMP of 2 x 1 pixels that declares an alpha mask."""
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, 2, 1, 1, 32, 3, 8, 0, 0, 0, 0) + masks
    header += bytes(108 - len(header))
    return b"BM" + struct.pack("<IHHI", 14 + 108 + 8, 0, 0, 14 + 108) + header + pixel_bytes


def test_bmp_alpha_that_nobody_wrote() -> None:
    """All fourth bytes 0 means no alpha, otherwise it is alpha."""
    assert pixels(bmp32(bytes([3, 2, 1, 0, 6, 5, 4, 0]))).tolist() == [[[1, 2, 3], [4, 5, 6]]]
    assert pixels(bmp32(bytes([3, 2, 1, 0, 6, 5, 4, 255]))).tolist() == [[[255, 255, 255], [4, 5, 6]]]

"""How large a picture may be."""

import struct
import time
import tracemalloc

import pytest
from PIL import Image, ImageFile

from tests.images.files import WHITE, chunk, encode, refused, tiff
from vitviz.images import open_image


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"])
def test_small_and_thin(size: tuple[int, int], kind: str) -> None:
    """One pixel, one column, one row."""
    assert open_image(encode(Image.new("RGB", size, WHITE), kind)).image.size == size


def test_a_large_picture_is_refused_from_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    """169 megapixels, which Pillow would decode with no more than a warning."""

    def never(self: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    data = encode(Image.new("1", (13_000, 13_000)), "PNG")
    monkeypatch.setattr(ImageFile.ImageFile, "load", never)
    tracemalloc.start()
    start = time.perf_counter()
    sentence = refused(data)
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "13,000 x 13,000 pixels" in sentence
    assert "40 million" in sentence
    assert seconds < 1
    assert peak < 5_000_000


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("side", [13_000, 30_000])
def test_pillows_own_limits_become_the_same_refusal(side: int) -> None:
    """Its warning, where warnings are errors, and its error; its limit stays as it was."""
    before = Image.MAX_IMAGE_PIXELS
    small = encode(Image.new("1", (8, 8)), "PNG")
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    assert "far more pixels" in refused(small[:33] + header + small[33:])  # Pillow takes the second header
    assert before == Image.MAX_IMAGE_PIXELS


def promising(kind: str, width: int, height: int) -> bytes:
    """A small file whose header promises that size."""
    small = encode(Image.new("L", (96, 64)), kind)
    if kind == "PNG":
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        return small[:8] + header + small[33:]
    if kind == "TIFF":
        return tiff(width, height, bytes(16))
    order, was, at = {
        "JPEG": (">HH", (64, 96), (height, width)),
        "WEBP": ("<HH", (96, 64), (width, height)),
        "GIF": ("<HH", (96, 64), (width, height)),
        "BMP": ("<ii", (96, 64), (width, height)),
    }[kind]
    return small.replace(struct.pack(order, *was), struct.pack(order, *at), 1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_no_warning_of_a_decompression_bomb_reaches_the_log(kind: str) -> None:
    """The size is read before Pillow sees the file."""
    assert "16,000 x 10,000 pixels" in refused(promising(kind, 16_000, 10_000))


def test_the_limit_is_exact() -> None:
    """At the limit it opens, one pixel more is refused; for Pillow images as well."""
    image = Image.new("RGB", (20, 10))
    for source in (image, encode(image, "PNG"), encode(image, "WEBP")):
        assert open_image(source, max_pixels=200).image.size == (20, 10)
        assert "20 x 10 pixels" in refused(source, max_pixels=199)


def test_no_pixels() -> None:
    """Zero width is a picture without content."""
    assert "no pixels" in refused(Image.new("RGB", (0, 5)))

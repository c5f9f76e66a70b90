"""Files that cost far more than their size are refused from their headers; large ones of every honest kind are not."""

import struct
import time

import pytest
from PIL import Image

from tests.images.costly import COSTLY, run_lengths, scans, tiles
from tests.images.files import encode, noise, pixels, refused, tiff
from vitviz.images import ImageError, open_image
from vitviz.images.cost import check_cost
from vitviz.images.cost.bounds import MAX_PIXELS

MOST_SECONDS = 3.0


@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_file_is_refused_before_pillow_sees_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> Image.Image:
        raise AssertionError("Pillow saw it")

    monkeypatch.setattr(Image, "open", never)
    data, word = COSTLY[name]
    start = time.process_time()
    assert word in refused(data)
    assert time.process_time() - start < MOST_SECONDS


@pytest.mark.parametrize(
    "data",
    [
        scans(64, 64, 2000),  # many scans of a small picture
        scans(2000, 2000, 50),
        encode(noise(64, 64), "JPEG", progressive=True, subsampling=0),
        encode(noise(64, 64).convert("CMYK"), "JPEG", progressive=True),
        run_lengths(300, 200, (b"\xff\x07\x2d\x09\0\0") * 200 + b"\0\1"),
        run_lengths(300, 200, (b"\xff\x12\x2d\x34\0\0") * 200 + b"\0\1", half=True),
        encode(noise(300, 200), "TIFF", compression="tiff_lzw"),
    ],
)
def test_what_only_looks_costly_opens(data: bytes) -> None:
    assert pixels(data).size


@pytest.mark.parametrize("tile", [256, 1024, 2048])
def test_a_picture_smaller_than_its_tiles_is_nothing_unusual(tile: int) -> None:
    check_cost(tiles(16, tile), MAX_PIXELS)


@pytest.mark.parametrize(
    ("needs", "data"),
    [
        (16 * 26_000_000, encode(Image.new("RGB", (8, 8)), "WEBP")),
        (10 * 40_000_000, encode(Image.new("RGB", (8, 8)), "JPEG", progressive=True, subsampling=0)),
    ],
)
def test_24_and_40_million_pixels_are_within_the_memory(needs: int, data: bytes) -> None:
    """A camera's WebP; a progressive JPEG with all its colours, whose coefficients take 6 bytes a pixel."""
    width, height = (6000, 4000) if data.startswith(b"RIFF") else (8000, 5000)
    order, pair = ("<HH", (width, height)) if data.startswith(b"RIFF") else (">HH", (height, width))
    check_cost(data.replace(struct.pack(order, 8, 8), struct.pack(order, *pair), 1), MAX_PIXELS)
    assert needs <= 400 << 20


def test_a_size_in_another_byte_order_and_of_a_large_tiff_is_read() -> None:
    """A directory of BigTIFF, and one of big-endian numbers."""
    entries = [(256, 20_000), (257, 20_000)]
    big = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, len(entries))
    big += b"".join(struct.pack("<HHQQ", tag, 4, 1, value) for tag, value in entries)
    other = b"MM\0*" + struct.pack(">IH", 8, len(entries))
    other += b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in entries)
    for data in (big, other):
        assert "20,000 x 20,000 pixels" in refused(data)


def test_who_allows_more_pixels_allows_more_memory() -> None:
    data = tiff(8000, 5000, b"", compression=8, samples=4, photometric=2, bits=(16, 16, 16, 16))
    with pytest.raises(ImageError) as caught:
        open_image(data, max_pixels=80_000_000)
    assert caught.value.code != "needs_memory"

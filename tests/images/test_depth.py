"""Bit depths and colour spaces become 8-bit RGB, and the notes say how."""

import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from tests.images.files import encode, noise, palette_picture, pixels, png, refused, tiff
from vitviz.images import open_image

LEVELS = np.array([[0, 128, 129, 257], [40_000, 65_000, 65_406, 65_535]], np.uint16)
SCALED = np.rint(LEVELS / 257).astype(np.uint8)


def sixteen_bit_files() -> dict[str, bytes]:
    """The same 16-bit grey picture in all the ways it is stored."""
    little = Image.fromarray(LEVELS)
    big = Image.frombytes("I;16B", (4, 2), LEVELS.astype(">u2").tobytes())
    return {
        "png": encode(little, "PNG"),
        "little-endian tiff": encode(little, "TIFF"),
        "big-endian tiff": encode(big, "TIFF"),
        "compressed tiff": encode(little, "TIFF", compression="tiff_lzw"),
        "compressed big-endian tiff": encode(big, "TIFF", compression="tiff_adobe_deflate"),
    }


@pytest.mark.parametrize("name", sixteen_bit_files())
def test_sixteen_bit_grey_is_scaled(name: str) -> None:
    """Divided by 257 and rounded, where Pillow's convert gives white."""
    data = sixteen_bit_files()[name]
    np.testing.assert_array_equal(pixels(data), SCALED[:, :, None].repeat(3, axis=2))
    assert open_image(data).notes == ("16-bit scaled to 8-bit", "grey repeated in R, G and B")


@pytest.mark.parametrize("mode", ["I;16", "I;16L", "I;16B", "I"])
def test_sixteen_bit_pillow_images(mode: str) -> None:
    """Either byte order, and 32-bit integers that hold 16-bit values."""
    dtype = {"I;16": "<u2", "I;16L": "<u2", "I;16B": ">u2", "I": "<i4"}[mode]
    image = Image.frombytes(mode, (4, 2), LEVELS.astype(dtype).tobytes())
    np.testing.assert_array_equal(pixels(image)[:, :, 1], SCALED)


def test_all_sixteen_bit_levels_round_to_nearest() -> None:
    """Over more than one block of rows."""
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    large = np.tile(values, (20, 1))
    expected = np.rint(np.tile(values, (20, 1)) / 257)
    np.testing.assert_array_equal(pixels(Image.fromarray(large))[:, :, 0], expected)


def test_twelve_bit_tiff() -> None:
    """12 bits fill the range as well: 4095 is white."""
    packed = bytes([0x00, 0x0F, 0xFF])  # 0 and 4095
    picture = open_image(tiff(2, 1, packed, bits=12))
    assert np.asarray(picture.image)[0, :, 0].tolist() == [0, 255]
    assert picture.notes[0] == "12-bit scaled to 8-bit"


def test_sixteen_bit_tiff_with_white_as_zero() -> None:
    """Negatives are turned round, as Pillow does with 8 bits."""
    data = struct.pack("<2H", 0, 65535)
    assert pixels(tiff(2, 1, data, bits=16, photometric=0))[0, :, 0].tolist() == [255, 0]
    assert pixels(tiff(2, 1, data, bits=16, photometric=1))[0, :, 0].tolist() == [0, 255]


def test_sixteen_bit_colour() -> None:
    """PNG and TIFF with 16 bits for each of R, G and B, with a note."""
    values = [257, 514, 65535, 0, 40_000, 771]
    expected = [[[1, 2, 255], [0, 156, 3]]]
    data = png(2, 1, 16, 2, struct.pack(">6H", *values))
    assert pixels(data).tolist() == expected
    assert open_image(data).notes == ("16-bit reduced to 8-bit",)
    data = tiff(2, 1, struct.pack("<6H", *values), bits=(16, 16, 16), samples=3, photometric=2)
    assert pixels(data).tolist() == expected
    assert open_image(data).notes == ("16-bit reduced to 8-bit",)


def test_sixteen_bit_colour_in_planes_is_refused() -> None:
    """Pillow would decode it into noise."""
    data = struct.pack("<6H", *range(6))
    sentence = refused(tiff(2, 1, data, bits=(16, 16, 16), samples=3, photometric=2, planar=2))
    assert "separate planes" in sentence


@pytest.mark.parametrize(
    ("values", "expected", "note"),
    [
        ([0, 100, 255], [0, 100, 255], "grey repeated in R, G and B"),
        ([0, 257, 65535], [0, 1, 255], "16-bit scaled to 8-bit"),
        ([0, 50_000, 100_000], [0, 128, 255], "integers min-max scaled: 0 to 0, 100000 to 255"),
        ([-10, 0, 10], [0, 128, 255], "integers min-max scaled: -10 to 0, 10 to 255"),
        ([70_000, 70_000, 70_000], [128] * 3, "integers, every pixel 70000: shown mid-grey"),
        ([-(2**31), 0, 2**31 - 1], [0, 128, 255], None),
    ],
)
def test_integers(values: list[int], expected: list[int], note: str | None) -> None:
    """32-bit integers by their range."""
    picture = open_image(encode(Image.fromarray(np.array([values], np.int32)), "TIFF"))
    assert np.asarray(picture.image)[0, :, 2].tolist() == expected
    assert note is None or note in picture.notes


def test_unsigned_integers_beyond_the_signed_range() -> None:
    """Pillow reads them as negative."""
    data = struct.pack("<3I", 0, 2**31, 2**32 - 1)
    assert pixels(tiff(3, 1, data, bits=32))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("values", "expected", "note"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255], "float in [0, 1] scaled to 8-bit"),
        ([0.2, 0.2, 0.2], [51, 51, 51], "float in [0, 1] scaled to 8-bit"),
        ([0.0, 0.0, 0.0], [0, 0, 0], "float in [0, 1] scaled to 8-bit"),
        ([-1.0, 0.5, 2.0], [0, 128, 255], "float min-max scaled: -1 to 0, 2 to 255"),
        ([7.0, 7.0, 7.0], [128, 128, 128], "float, every pixel 7: shown mid-grey"),
        ([np.nan, 0.2, 1.0], [0, 51, 255], "NaN shown black"),
        ([np.nan, 10.0, 20.0], [0, 0, 255], "NaN shown black"),
        ([np.nan, 5.0, np.inf], [0, 128, 255], "every pixel 5"),
        ([-np.inf, np.inf, 0.2], [0, 255, 51], "infinite values"),
        ([np.nan, np.inf, -np.inf], [0, 255, 0], "NaN shown black"),
        ([-3e38, 0.0, 3e38], [0, 128, 255], "min-max"),
        ([0.0, 1e-45, 0.0], [0, 0, 0], "float in [0, 1]"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_floats(values: list[float], expected: list[int], note: str) -> None:
    """Float TIFFs, where Pillow's convert clips: range, constants, NaN, infinities, overflow."""
    picture = open_image(encode(Image.fromarray(np.array([values], np.float32)), "TIFF"))
    assert np.asarray(picture.image)[0, :, 0].tolist() == expected
    assert any(note in entry for entry in picture.notes), picture.notes
    assert picture.original_mode == "F"


def test_one_bit() -> None:
    """Black and white, from PNG, TIFF and BMP."""
    image = Image.frombytes("1", (8, 1), bytes([0b10110001]))
    expected = [255, 0, 255, 255, 0, 0, 0, 255]
    for kind in ("PNG", "TIFF", "BMP"):
        assert pixels(encode(image, kind))[0, :, 0].tolist() == expected
    assert pixels(encode(image, "TIFF", compression="group4"))[0, :, 0].tolist() == expected


def test_grey_jpeg_is_repeated() -> None:
    """L to three equal channels."""
    picture = open_image(encode(Image.new("L", (8, 8), 77), "JPEG"))
    assert np.asarray(picture.image)[3, 3].tolist() == [77, 77, 77]
    assert picture.notes == ("grey repeated in R, G and B",)


CMYK_INKS: dict[tuple[int, ...], tuple[int, ...]] = {
    (0, 255, 255, 0): (255, 0, 0),
    (255, 0, 0, 0): (0, 255, 255),
    (0, 0, 0, 255): (0, 0, 0),
}


@pytest.mark.parametrize("inks", CMYK_INKS)
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(inks: tuple[int, ...], kind: str) -> None:
    """Inks to colours; a JPEG stores them inverted, as Adobe does."""
    data = encode(Image.new("CMYK", (8, 8), inks), kind)
    picture = open_image(data)
    assert picture.original_mode == "CMYK"
    assert picture.notes == ("CMYK converted to RGB",)
    np.testing.assert_allclose(np.asarray(picture.image)[4, 4].astype(int), CMYK_INKS[inks], atol=3)


@pytest.mark.parametrize("inks", CMYK_INKS)
def test_ycck_jpeg(inks: tuple[int, ...]) -> None:
    """CMYK stored as luma and chroma, marked so in the Adobe segment."""
    luma = Image.new("RGB", (1, 1), inks[:3]).convert("YCbCr").getpixel((0, 0))
    assert isinstance(luma, tuple)
    stored = tuple(255 - level for level in (*luma, 255 - inks[3]))  # Pillow inverts what it writes
    stored = (*stored[:3], inks[3])
    data = encode(Image.new("CMYK", (8, 8), stored), "JPEG", quality=100)
    at = data.index(b"Adobe") + 11
    data = data[:at] + b"\x02" + data[at + 1 :]
    np.testing.assert_allclose(pixels(data)[4, 4].astype(int), CMYK_INKS[inks], atol=4)


def test_lab_tiff() -> None:
    """LAB goes back to about the colours it came from."""
    colours = np.array([[[200, 30, 30], [30, 160, 60], [120, 120, 120], [250, 240, 200]]], np.uint8)
    picture = open_image(encode(Image.fromarray(colours).convert("LAB"), "TIFF"))
    np.testing.assert_allclose(np.asarray(picture.image).astype(int), colours, atol=6)
    assert picture.notes == ("LAB converted to RGB",)


@pytest.mark.parametrize("mode", ["YCbCr", "HSV", "RGBX"])
def test_other_pillow_modes(mode: str) -> None:
    """Modes that mostly come from programs."""
    given = Image.new("RGB", (3, 3), (200, 100, 50)).convert(mode)
    np.testing.assert_allclose(pixels(given)[1, 1].astype(int), (200, 100, 50), atol=3)


def test_threads_do_not_meet() -> None:
    """Many files of all kinds at once give what they give one by one."""
    jobs = [
        *sixteen_bit_files().values(),
        encode(palette_picture(), "PNG", transparency=bytes([255, 128, 0])),
        *(
            encode(noise(40 + size, 30), kind)
            for size, kind in enumerate(["JPEG", "WEBP", "BMP", "TIFF", "GIF"])
        ),
    ]
    alone = [pixels(job) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(pixels, jobs * 6))
    for index, result in enumerate(together):
        np.testing.assert_array_equal(result, alone[index % len(jobs)])

"""Opening pictures: every file is made here, from Pillow, numpy or bytes."""

import hashlib
import io
import os
import struct
import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from vitviz.images import ImageError, open_image
from vitviz.images.open import _not_opened

WHITE = (255, 255, 255)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of a file of this kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """An RGB picture that compresses badly."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def pixels(source: Any) -> np.ndarray:
    """What open_image makes of it, as (H, W, 3)."""
    picture = open_image(source)
    assert picture.image.mode == "RGB"
    assert picture.image.info == {}
    return np.asarray(picture.image)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, bits: int, colour: int, rows: bytes, *before: bytes) -> bytes:
    """A PNG of depths Pillow does not write; ``rows`` are the packed rows without filter bytes."""
    stride = len(rows) // height
    filtered = b"".join(b"\0" + rows[start : start + stride] for start in range(0, len(rows), stride))
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(before) + chunk(b"IDAT", zlib.compress(filtered))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def tiff(width: int, height: int, data: bytes, **tags: int | tuple[int, ...]) -> bytes:
    """A little-endian TIFF of one strip, of kinds Pillow does not write."""
    numbers = {
        "bits": 258,
        "compression": 259,
        "photometric": 262,
        "samples": 277,
        "planar": 284,
        "format": 339,
    }
    values: dict[int, tuple[int, ...]] = {256: (width,), 257: (height,), 278: (height,), 279: (len(data),)}
    for name, value in {"bits": 8, "compression": 1, "photometric": 1, "samples": 1, **tags}.items():
        values[numbers[name]] = value if isinstance(value, tuple) else (value,)
    entries, extra = [], b""
    extra_at = 8 + 2 + 12 * (len(values) + 1) + 4
    values[273] = (0,)
    sizes = {tag: 4 * len(value) for tag, value in values.items() if len(value) > 1}
    values[273] = (extra_at + sum(sizes.values()),)
    for tag in sorted(values):
        packed = struct.pack(f"<{len(values[tag])}I", *values[tag])
        if len(packed) > 4:
            entries.append(struct.pack("<HHII", tag, 4, len(values[tag]), extra_at + len(extra)))
            extra += packed
        else:
            entries.append(struct.pack("<HHI", tag, 4, 1) + packed)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + extra + data


def assert_one_sentence(error: ImageError) -> None:
    """One sentence, no path, no library text."""
    text = str(error)
    assert text.endswith(".")
    assert "\n" not in text
    assert text[0].isupper()
    assert ". " not in text
    for forbidden in ("Traceback", "/", "\\", "<", "PIL", "0x"):
        assert forbidden not in text, text


def refused(source: Any, **options: Any) -> str:
    """The sentence with which this is refused."""
    with pytest.raises(ImageError) as caught:
        open_image(source, **options)
    assert_one_sentence(caught.value)
    return str(caught.value)


# Sources and formats ------------------------------------------------------------------------------


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


# Orientation, frames ------------------------------------------------------------------------------


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


# Transparency -------------------------------------------------------------------------------------


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


def palette_picture() -> Image.Image:
    """Index 0 red, 1 green, 2 blue."""
    image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    return image


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


# Depths and colour spaces -------------------------------------------------------------------------

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


# Sizes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"])
def test_small_and_thin(size: tuple[int, int], kind: str) -> None:
    """One pixel, one column, one row."""
    assert open_image(encode(Image.new("RGB", size, WHITE), kind)).image.size == size


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
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
def test_pillows_own_limits_become_the_same_refusal() -> None:
    """Its warning, where warnings are errors, and its error; its limit stays as it was."""
    before = Image.MAX_IMAGE_PIXELS
    row = bytes(1625)
    assert "far more pixels" in refused(png(13_000, 1, 1, 0, row).replace(*_height(13_000)))
    assert "far more pixels" in refused(png(30_000, 1, 1, 0, bytes(3750)).replace(*_height(30_000)))
    assert before == Image.MAX_IMAGE_PIXELS


def _height(height: int) -> tuple[bytes, bytes]:
    """Replaces the header of a picture one pixel high by one that promises a square."""
    flat = struct.pack(">IIBBBBB", height, 1, 1, 0, 0, 0, 0)
    return chunk(b"IHDR", flat), chunk(b"IHDR", struct.pack(">II", height, height) + flat[8:])


def test_the_limit_is_exact() -> None:
    """At the limit it opens, one pixel more is refused; for Pillow images as well."""
    image = Image.new("RGB", (20, 10))
    for source in (image, encode(image, "PNG"), encode(image, "WEBP")):
        assert open_image(source, max_pixels=200).image.size == (20, 10)
        assert "20 x 10 pixels" in refused(source, max_pixels=199)


def test_no_pixels() -> None:
    """Zero width is a picture without content."""
    assert "no pixels" in refused(Image.new("RGB", (0, 5)))


# Damage -------------------------------------------------------------------------------------------


def test_empty_and_not_a_picture() -> None:
    """No bytes, text, a page of HTML, another format, an SVG."""
    assert "empty" in refused(b"")
    assert "empty" in refused(io.BytesIO())
    for data in (b"hello", b"<html></html>", b"%PDF-1.7 ...", b"\0" * 1000, b"P6 1 1 255 abc"):
        assert "not a JPEG" in refused(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.97])
def test_truncated(kind: str, part: float) -> None:
    """Cut off anywhere: one sentence that names the format."""
    data = encode(noise(64, 64), kind)
    sentence = refused(data[: max(16, int(len(data) * part))])
    assert kind.lower() in sentence.lower()
    assert "damaged" in sentence


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.filterwarnings("ignore")
def test_random_damage_never_escapes(kind: str) -> None:
    """Overwritten bytes give a picture or an ImageError, nothing else."""
    rng = np.random.default_rng(3)
    data = np.frombuffer(encode(noise(16, 16), kind), np.uint8)
    for _ in range(150):
        damaged = data.copy()
        places = rng.integers(0, min(len(data), 300), size=rng.integers(1, 6))
        damaged[places] = rng.integers(0, 256, size=len(places))
        try:
            open_image(damaged.tobytes(), max_pixels=1_000_000)
        except ImageError as error:
            assert_one_sentence(error)


def test_paths_that_hold_no_file(tmp_path: Path) -> None:
    """Missing, a folder, an impossible name, an empty file: no sentence shows the path."""
    assert "no such file" in refused(tmp_path / "missing.png")
    assert "no such file" in refused(str(tmp_path / "missing" / "picture.png"))
    assert "folder" in refused(tmp_path)
    refused("nul\0byte")
    refused("x" * 5000)
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert "empty" in refused(empty)


def test_unreadable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions and disk errors, which cannot be had as root and are therefore played."""
    path = tmp_path / "picture.png"
    path.write_bytes(encode(noise(4, 4), "PNG"))
    for error, word in [(PermissionError(13, "no", str(path)), "permissions"), (OSError(5, "io"), "disk")]:

        def fail(self: Path, error: OSError = error) -> bytes:
            raise error

        monkeypatch.setattr(Path, "read_bytes", fail)
        assert word in refused(path)


def test_streams_that_fail() -> None:
    """Closed, opened as text, broken while reading."""
    closed = io.BytesIO(b"x")
    closed.close()
    assert "could not be read" in refused(closed)
    assert "binary" in refused(io.StringIO("text"))


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """MemoryError is not called damage."""

    def fail(self: ImageFile.ImageFile) -> None:
        raise MemoryError

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    assert "memory" in refused(encode(noise(4, 4), "PNG"))


def test_the_cause_is_kept_for_the_log() -> None:
    """The sentence hides what the library said; the exception does not."""
    with pytest.raises(ImageError) as caught:
        open_image(encode(noise(64, 64), "PNG")[:2000])
    assert caught.value.__cause__ is not None
    assert isinstance(caught.value, ValueError)


def test_names_of_damaged_kinds() -> None:
    """BigTIFF and WebP are known by their first bytes."""
    assert "TIFF" in _not_opened(b"MM\0+....")
    assert "WEBP" in _not_opened(b"RIFF\0\0\0\0WEBP")


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

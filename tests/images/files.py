"""Picture files for the tests: every one is made here, from Pillow, numpy or bytes."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vitviz.images import ImageError, open_image

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
        "strips": 273,
        "tile_width": 322,
        "tile_height": 323,
        "tiles": 324,
    }
    values: dict[int, tuple[int, ...]] = {256: (width,), 257: (height,), 278: (height,), 279: (len(data),)}
    for name, value in {"bits": 8, "compression": 1, "photometric": 1, "samples": 1, **tags}.items():
        values[numbers[name]] = value if isinstance(value, tuple) else (value,)
    entries, extra = [], b""
    values.setdefault(273, (0,))
    extra_at = 8 + 2 + 12 * len(values) + 4
    sizes = {tag: 4 * len(value) for tag, value in values.items() if len(value) > 1}
    if "strips" not in tags:
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


def palette_picture() -> Image.Image:
    """Index 0 red, 1 green, 2 blue."""
    image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    return image

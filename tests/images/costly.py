"""Small files that cost a program far more than their size, each with what is said of it."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from tests.images.files import chunk, encode, noise, tiff


def scans(width: int, height: int, count: int, more: bytes = b"") -> bytes:
    """A progressive JPEG whose scans say 'nothing new' of every block, in a few bytes each."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    blocks = -(-width // 8) * -(-height // 8)
    first = bytes(blocks // 8 + 1)  # one bit '0' for each block: no difference
    runs, left = "", blocks
    while left > 0:  # code '0' and 14 bits: the end of band, 16,384 and more times
        run = min(left, 32_767)
        runs += "0" + format(max(0, run - 16_384), "014b")
        left -= max(run, 16_384)
    runs += "1" * (-len(runs) % 8)
    again = int(runs, 2).to_bytes(len(runs) // 8).replace(b"\xff", b"\xff\0")
    bands = [segment(0xDA, bytes([1, 1, 0, 1 + i % 63, 1 + i % 63, 0])) + again for i in range(count)]
    return b"".join(
        [
            b"\xff\xd8" + more,
            segment(0xDB, b"\0" + bytes([1] * 64)),
            segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0])),
            segment(0xC4, bytes([0x00, 1, *[0] * 15, 0])),
            segment(0xC4, bytes([0x10, 1, 1, *[0] * 14, 0xE0, 0x00])),
            segment(0xDA, bytes([1, 1, 0, 0, 0, 0])) + first,
            *bands,
            b"\xff\xd9",
        ]
    )


def run_lengths(width: int, height: int, codes: bytes, half: bool = False) -> bytes:
    """A BMP of run lengths."""
    colours = 16 if half else 256
    start = 54 + 4 * colours
    kind = (4, 2) if half else (8, 1)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, *kind, len(codes), 0, 0, colours, 0)
    return b"BM" + struct.pack("<IHHI", start + len(codes), 0, 0, start) + header + bytes(4 * colours) + codes


def tiles(side: int, tile: int) -> bytes:
    """A TIFF of one tile."""
    return tiff(
        side, side, zlib.compress(bytes(64)), compression=8, tile_width=tile, tile_height=tile, tiles=8
    )


PNG, JPEG, GIF = (encode(noise(8, 8), kind) for kind in ("PNG", "JPEG", "GIF"))
WEBP = encode(Image.new("RGB", (8, 8)), "WEBP", lossless=True)

COSTLY = {
    "jpeg scans": (scans(6304, 6304, 100), "scans"),
    "jpeg segments": (JPEG[:2] + b"\xff\xe5\0\2" * 100_001 + JPEG[2:], "pieces"),
    "jpeg padding": (JPEG[:2] + b"\xff" * 100_001 + JPEG[2:], "pieces"),
    "jpeg coefficients": (
        b"\xff\xd8\xff\xc2" + struct.pack(">HBHHB", 20, 8, 5000, 8000, 4) + b"\1\x11\0\2\x11\0\3\x11\0\4\x11\0\xff\xd9",
        "400 MiB",
    ),
    "jpeg exif": (JPEG[:2] + (b"\xff\xe1\xff\xffExif\0\0" + bytes(65_527)) * 200 + JPEG[2:], "unusual"),
    "tiff tiles": (tiles(16, 16_384), "16,384 x 16,384"),
    "tiff strip": (
        tiff(8000, 5000, b"", compression=8, samples=4, photometric=2, bits=(16, 16, 16, 16)), "400 MiB"
    ),
    "tiff strips": (tiff(8, 200_000, bytes(8), strips=tuple([8] * 100_001)), "pieces"),
    "png chunks": (PNG[:33] + chunk(b"tEXt", b"k\0v") * 100_001 + PNG[33:], "pieces"),
    "gif blocks": (GIF[:13] + b"\x21\xfe" + b"\1x" * 400_001 + b"\0" + GIF[13:], "pieces"),
    "webp chunks": (WEBP + b"abcd\0\0\0\0" * 100_001, "pieces"),
    "webp canvas": (WEBP[:21] + struct.pack("<I", 5999 | 4999 << 14) + WEBP[25:], "457 MiB"),
    "bmp padding": (run_lengths(6300, 6300, b"\1\1\0\0" * 6300), "packed"),
    "bmp codes": (run_lengths(6300, 6300, b"\0\2\0\0" * 1_300_000), "packed"),
    "bmp half bytes": (run_lengths(6300, 6300, (b"\xff\x12" * 25 + b"\0\0") * 6300, half=True), "packed"),
    "rows": (
        PNG[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 5_000_000, 8, 0, 0, 0, 0)) + PNG[33:],
        "5,000,000 pixels high",
    ),
}  # fmt: skip

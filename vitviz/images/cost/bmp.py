"""BMP: pixels, and what run lengths cost Pillow, which unpacks them in Python, a padding byte at a time."""

from __future__ import annotations

import struct

from vitviz.images.cost.bounds import check_size
from vitviz.images.errors import image_error

RLE8, RLE4 = 1, 2
OLD_HEADER = 12
# Measured microseconds: for each code, each byte of padding, each pixel of a 4-bit run.
CODE, PADDING, HALF_BYTE = 0.65, 0.25, 0.12
MOST_SECONDS = 0.8


def check_bmp(data: bytes, max_pixels: int) -> None:
    """Refuse too many pixels, or run lengths that take too long."""
    if len(data) < 54 or int.from_bytes(data[14:18], "little") == OLD_HEADER:
        return  # the old header counts pixels in 16 bits and has no run lengths; Pillow's own size is checked
    width, height = struct.unpack_from("<Ii", data, 18)
    check_size(width, abs(height), max_pixels)
    (packing,) = struct.unpack_from("<I", data, 30)
    if packing in (RLE8, RLE4):
        (start,) = struct.unpack_from("<I", data, 10)
        _check_runs(data, start, width, width * abs(height), packing == RLE4)


def _check_runs(data: bytes, at: int, width: int, pixels: int, half: bool) -> None:
    """Walk through the codes as Pillow does, without unpacking them, until they end or have cost too much."""
    left, done, x = MOST_SECONDS * 1e6, 0, 0
    while done < pixels and at + 1 < len(data):
        count, value = data[at], data[at + 1]
        at += 2
        left -= CODE
        if count:
            count = min(count, max(0, width - x))
            left -= HALF_BYTE * count * half
            done, x = done + count, x + count
        elif value == 0:
            padding = -done % width
            left -= PADDING * padding
            done, x = done + padding, 0
        elif value == 1:
            return
        elif value == 2:
            if at + 1 >= len(data):
                return
            done = min(pixels, done + data[at] + data[at + 1] * width)
            at, x = at + 2, done % width
        else:
            stored = (value + 1) // 2 if half else value
            left -= HALF_BYTE * value * half
            done, x = done + value, x + value
            at += stored + stored % 2
        if left < 0:
            raise image_error("packing")

"""WebP: the canvas, of which the decoder keeps two and hands over a third, and chunks."""

from __future__ import annotations

from vitviz.images.cost.bounds import DECODED, check_memory, check_pieces, check_size

CANVASES = 3


def check_webp(data: bytes, max_pixels: int) -> None:
    """Refuse too many pixels or chunks."""
    size = _canvas(data)
    if size is not None:
        check_size(*size, max_pixels)
        check_memory("WEBP", size[0] * size[1] * DECODED * (CANVASES + 1), max_pixels)
    at, pieces = 12, 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
        pieces += 1
        check_pieces("WEBP", pieces)


def _canvas(data: bytes) -> tuple[int, int] | None:
    """(width, height) of the first chunk."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None

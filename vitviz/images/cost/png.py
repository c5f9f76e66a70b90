"""PNG: pixels and chunks."""

from __future__ import annotations

from vitviz.images.cost.bounds import check_pieces, check_size

FIRST_CHUNK = 8
AROUND = 12  # length, name and checksum of a chunk
HEADER_END = 24


def check_png(data: bytes, max_pixels: int) -> None:
    """Refuse too many pixels or chunks; Pillow itself bounds what compressed texts and profiles unpack to."""
    if data[12:16] == b"IHDR" and len(data) >= HEADER_END:
        check_size(int.from_bytes(data[16:20]), int.from_bytes(data[20:24]), max_pixels)
    at = FIRST_CHUNK
    pieces = 0
    while at < len(data):
        at += AROUND + int.from_bytes(data[at : at + 4])
        pieces += 1
        check_pieces("PNG", pieces)

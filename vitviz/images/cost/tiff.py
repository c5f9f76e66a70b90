"""TIFF: pixels, strips and tiles, and the buffer that one of them is unpacked into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vitviz.images.cost.bounds import DECODED, check_memory, check_pieces, check_size
from vitviz.images.errors import image_error

WIDTH, HEIGHT, BITS, COMPRESSION, STRIPS, SAMPLES, ROWS = 256, 257, 258, 259, 273, 277, 278
PLANES, TILE_WIDTH, TILE_HEIGHT, TILES = 284, 322, 323, 324
READ = frozenset(
    {WIDTH, HEIGHT, BITS, COMPRESSION, STRIPS, SAMPLES, ROWS, PLANES, TILE_WIDTH, TILE_HEIGHT, TILES}
)
BYTES_OF = {1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}  # of a whole number, by its type
UNCOMPRESSED = 1
SEPARATE = 2
USUAL_TILE = 2048 * 2048  # pixels; a picture smaller than its tiles is nothing unusual
LARGER = 4  # times the picture


@dataclass(frozen=True)
class _Tag:
    """How many values an entry has, and the first of them."""

    count: int
    first: int


def check_tiff(data: bytes, max_pixels: int) -> None:
    """Refuse too many pixels, strips or tiles, and strips or tiles that take too much memory."""
    tags = first_directory(data)
    width, height = _first(tags, WIDTH, 0), _first(tags, HEIGHT, 0)
    if not width or not height:
        return
    check_size(width, height, max_pixels)
    for tag in (STRIPS, TILES):
        check_pieces("TIFF", tags[tag].count if tag in tags else 0)
    piece = _piece(tags, width, height)
    if _first(tags, COMPRESSION, UNCOMPRESSED) != UNCOMPRESSED:
        check_memory("TIFF", piece * _pixel_bytes(tags) + width * height * DECODED, max_pixels)


def _piece(tags: Mapping[int, _Tag], width: int, height: int) -> int:
    """Pixels of a tile, or of a strip."""
    if TILE_WIDTH not in tags and TILE_HEIGHT not in tags:
        return width * min(height, _first(tags, ROWS, height) or height)
    across, down = _first(tags, TILE_WIDTH, width), _first(tags, TILE_HEIGHT, height)
    if across * down > max(USUAL_TILE, LARGER * width * height):
        raise image_error("tiles", width=across, height=down)
    return across * down


def _pixel_bytes(tags: Mapping[int, _Tag]) -> int:
    """Bytes of a pixel in a strip or tile, at least those of RGBA, into which libtiff unpacks some."""
    samples = 1 if _first(tags, PLANES, 1) == SEPARATE else _first(tags, SAMPLES, 1)
    return max(DECODED, samples * _first(tags, BITS, 1) // 8)


def _first(tags: Mapping[int, _Tag], tag: int, otherwise: int) -> int:
    return tags[tag].first if tag in tags else otherwise


def first_directory(data: bytes) -> dict[int, _Tag]:
    """The entries of the first directory that say how the picture is stored; as much of it as is there."""
    order = "little" if data[:2] == b"II" else "big"
    big = 43 in data[2:4]
    at = _number(data, 8 if big else 4, 8 if big else 4, order)
    head, entry, inline = (8, 20, 8) if big else (2, 12, 4)
    tags: dict[int, _Tag] = {}
    for start in range(at + head, min(len(data), at + head + entry * _number(data, at, head, order)), entry):
        tag, kind = _number(data, start, 2, order), _number(data, start + 2, 2, order)
        if tag not in READ or tag in tags or kind not in BYTES_OF:
            continue
        count = _number(data, start + 4, inline, order)
        size = BYTES_OF[kind]
        value_at = start + 4 + inline
        if size * count > inline:
            value_at = _number(data, value_at, inline, order)
        tags[tag] = _Tag(count, _number(data, value_at, size, order))
    return tags


def _number(data: bytes, at: int, size: int, order: str) -> int:
    return int.from_bytes(data[at : at + size], "little" if order == "little" else "big")

"""GIF: pixels, and the blocks up to the second frame, which is looked for to tell an animation."""

from __future__ import annotations

from vitviz.images.cost.bounds import check_size
from vitviz.images.errors import image_error

MOST_BLOCKS = 400_000  # 255 bytes each: more than 40 million pixels that do not compress take
TABLE, TABLE_SIZE = 0x80, 0x07
EXTENSION, FRAME = 0x21, 0x2C


def check_gif(data: bytes, max_pixels: int) -> None:
    """Refuse too many pixels or blocks."""
    if len(data) < 13:
        return
    check_size(int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"), max_pixels)
    at, frames, blocks = 13 + _table(data[10]), 0, 0
    while at < len(data) and frames < 2:
        blocks += 1
        if data[at] == EXTENSION:
            at += 2
        elif data[at] == FRAME:
            if len(data) < at + 10:
                return
            frames += 1
            at += 11 + _table(data[at + 9])
        else:  # Pillow passes over it, a byte at a time
            at += 1
            blocks = _counted(blocks)
            continue
        while at < len(data) and data[at]:
            at += 1 + data[at]
            blocks = _counted(blocks + 1)
        at += 1
        blocks = _counted(blocks)


def _counted(blocks: int) -> int:
    if blocks > MOST_BLOCKS:
        raise image_error("pieces", kind="GIF", limit=MOST_BLOCKS)
    return blocks


def _table(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << ((flags & TABLE_SIZE) + 1) if flags & TABLE else 0

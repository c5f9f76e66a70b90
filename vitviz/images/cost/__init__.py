"""What a file will cost to open, found from its headers before Pillow sees it.

Some files of a few KiB take Pillow seconds or gigabytes. Here they are refused where their headers say so; what cannot
be found that way is bounded by the worker that opens it (see ``vitviz.images.pool``). A file that these readers do not
understand is left to Pillow.
"""

from __future__ import annotations

from vitviz.images.cost.bmp import check_bmp
from vitviz.images.cost.gif import check_gif
from vitviz.images.cost.jpeg import check_jpeg
from vitviz.images.cost.png import check_png
from vitviz.images.cost.tiff import check_tiff
from vitviz.images.cost.webp import check_webp

__all__ = ["check_cost", "kind_of"]

MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"II\x00*", "TIFF"),  # not right, but read
    (b"MM*\x00", "TIFF"),
)
CHECKS = {
    "JPEG": check_jpeg,
    "PNG": check_png,
    "GIF": check_gif,
    "BMP": check_bmp,
    "TIFF": check_tiff,
    "WEBP": check_webp,
}


def kind_of(data: bytes) -> str | None:
    """The format that a file's first bytes promise."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return next((name for magic, name in MAGIC if data.startswith(magic)), None)


def check_cost(data: bytes, max_pixels: int) -> None:
    """Refuse a file that has too many pixels, or that would take too much time or memory.

    Raises:
        ImageError: if it would.
    """
    kind = kind_of(data)
    if kind is not None:
        CHECKS[kind](data, max_pixels)

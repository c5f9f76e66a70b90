"""What one picture may cost, and the errors for what costs more."""

from __future__ import annotations

from vitviz.images.errors import image_error

MAX_PIXELS = 40_000_000
MEMORY = 400 << 20  # bytes while a picture is opened, for the largest that is
MOST_ROWS = 4_000_000  # Pillow keeps a pointer for each
# Of what a file is made of, as chunks, segments, strips: each is read by a few lines of Python, 5 microseconds or more.
MOST_PIECES = 100_000
DECODED = 4  # bytes of a decoded pixel, whatever its mode


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse what has no pixels, or more of them or of rows than are opened."""
    if width < 1 or height < 1:
        raise image_error("no_pixels")
    if width * height > max_pixels:
        raise image_error("too_large", width=width, height=height, limit=max_pixels / 1e6)
    check_rows(height)


def check_rows(height: int) -> None:
    """Refuse what has more rows than are opened."""
    if height > MOST_ROWS:
        raise image_error("too_high", height=height, limit=MOST_ROWS)


def check_memory(kind: str, need: int, max_pixels: int) -> None:
    """Refuse what takes more than ``MEMORY`` bytes while it is decoded; who allows more pixels allows more of it."""
    limit = MEMORY * max(max_pixels, MAX_PIXELS) // MAX_PIXELS
    if need > limit:
        raise image_error("needs_memory", kind=kind, need=need >> 20, limit=limit >> 20)


def check_pieces(kind: str, count: int) -> None:
    """Refuse what is made of too many pieces."""
    if count > MOST_PIECES:
        raise image_error("pieces", kind=kind, limit=MOST_PIECES)

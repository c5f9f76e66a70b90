"""JPEG: pixels, segments, scans, and the coefficients that several scans are collected in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vitviz.images.cost.bounds import DECODED, MAX_PIXELS, check_memory, check_pieces, check_size
from vitviz.images.errors import image_error

BLOCK = 8  # pixels along a side
COEFFICIENT = 2  # bytes
# Each scan walks through every block of its components, even where it says nothing new. Real files have 1 to about 20.
MOST_BLOCKS = 64 * MAX_PIXELS // BLOCK**2
PER_SCAN = 200  # what beginning a scan costs, in blocks
EXIF = b"Exif\0\0"
MOST_EXIF = 1 << 30  # bytes copied while Pillow joins the EXIF segments one by one

NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
END, SCAN, APP1 = 0xD9, 0xDA, 0xE1


@dataclass
class _Frame:
    """What the frame's header says, and how its scans add up."""

    blocks: int = 0  # of one component at most
    components: int = 1
    coefficients: int = 0  # bytes of all of them
    several_scans: bool = False
    pixels: int = 0
    scans: int = 0
    walked: int = 0  # blocks, by all scans so far


def check_jpeg(data: bytes, max_pixels: int) -> None:
    """Refuse too many pixels, segments or scans, and coefficients that take too much memory."""
    frame, at, pieces, exif, copied = _Frame(), 2, 0, 0, 0
    while (found := _next(data, at, frame)) is not None:
        marker, start = found
        pieces += 1 + (
            start - 2 - at if not frame.scans else 0
        )  # Pillow passes over padding a byte at a time
        check_pieces("JPEG", pieces)
        if marker == END:
            break
        at = start if marker in ALONE else start + int.from_bytes(data[start : start + 2])
        body = data[start + 2 : min(at, start + 64)]
        if marker in FRAMES:
            _read_frame(frame, marker, body, max_pixels)
        elif marker == SCAN:
            _count_scan(frame, body)
        elif marker == APP1 and body.startswith(EXIF):
            exif += at - start
            copied += exif
            if copied > MOST_EXIF:
                raise image_error("unusual", kind="JPEG")
    if frame.several_scans:
        check_memory("JPEG", frame.coefficients + frame.pixels * DECODED, max_pixels)


def _next(data: bytes, at: int, frame: _Frame) -> tuple[int, int] | None:
    """The next marker and where what follows it begins; after a scan's header, pixels lie between."""
    found = NEXT_MARKER.search(data, at)
    return None if found is None else (data[found.end() - 1], found.end())


def _read_frame(frame: _Frame, marker: int, body: bytes, max_pixels: int) -> None:
    if len(body) < 6:
        return
    height, width, frame.components = int.from_bytes(body[1:3]), int.from_bytes(body[3:5]), max(1, body[5])
    check_size(width, height, max_pixels)
    frame.pixels = width * height
    frame.blocks = -(-width // BLOCK) * -(-height // BLOCK)
    factors = [(body[i] >> 4, body[i] & 15) for i in range(7, min(len(body), 6 + 3 * frame.components), 3)]
    most = max((across for across, _ in factors), default=1) * max((down for _, down in factors), default=1)
    share = sum(across * down for across, down in factors) / max(1, most)
    frame.coefficients = int(frame.blocks * share) * BLOCK**2 * COEFFICIENT
    frame.several_scans = frame.several_scans or marker in PROGRESSIVE


def _count_scan(frame: _Frame, body: bytes) -> None:
    components = body[0] if body else 1
    frame.scans += 1
    frame.several_scans = frame.several_scans or components < frame.components
    frame.walked += frame.blocks * components + PER_SCAN
    if frame.walked > MOST_BLOCKS and frame.several_scans:
        raise image_error("scans", count=frame.scans - 1)

"""Payloads as text inside an HTML file: byte planes, then gzip, then base64. ``unpacked.js`` reads them.

What the first map needs may stand there as plain base64: a browser unpacks gzip in many small steps, and between them
it reads on in the file, which is long.
"""

from __future__ import annotations

import base64
import gzip

import numpy as np

LEVEL = 9
GZIP = b"\x1f\x8b"  # how a gzip begins, and no payload
MUCH = 1.3  # times the text's length
WIDTH = 4  # bytes of a float32: signs and exponents of neighbours are alike, their last bytes are not


def planes(payload: bytes) -> bytes:
    """All first bytes of every four, then all second ones, and so on; what is left over of a four stays at the end."""
    whole = len(payload) - len(payload) % WIDTH
    fours = np.frombuffer(payload[:whole], np.uint8).reshape(-1, WIDTH)  # (bytes / 4, 4)
    return np.ascontiguousarray(fours.T).tobytes() + payload[whole:]


def packed(payload: bytes) -> str:
    """A payload as base64 text; the same payload is the same text."""
    return base64.b64encode(gzip.compress(planes(payload), LEVEL, mtime=0)).decode("ascii")


def packed_text(text: str) -> str:
    """Text, which has no planes, as base64 of gzip."""
    return base64.b64encode(gzip.compress(text.encode(), LEVEL, mtime=0)).decode("ascii")


def soonest(text: str) -> str:
    """The text of a payload as plain base64, if that is not much longer than ``text``, which ``packed`` made of it."""
    plain = base64.b64encode(unpacked(text)).decode("ascii")
    return plain if len(plain) <= MUCH * len(text) else text


def unpacked(text: str) -> bytes:
    """The payload that ``packed`` or ``soonest`` made text of."""
    held = base64.b64decode(text)
    if not held.startswith(GZIP):
        return held
    given = gzip.decompress(held)
    whole = len(given) - len(given) % WIDTH
    columns = np.frombuffer(given[:whole], np.uint8).reshape(WIDTH, -1)  # (4, bytes / 4)
    return np.ascontiguousarray(columns.T).tobytes() + given[whole:]

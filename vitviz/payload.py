"""The one binary format between Python and the browser: a small JSON header, then typed arrays with every bit.

A file is ``VVA1``, the header's length as a little-endian uint32, the header (UTF-8, spaces at its end), and the
arrays. The first array and every later one begin at a multiple of 8 bytes from the file's start, so that a browser
can look at them where they lie. ``header["arrays"]`` lists name, dtype, shape and offset from the file's start.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"VVA1"
VERSION = 1
ALIGNMENT = 8
DTYPES = frozenset({"<f4", "<f8", "<i4", "|u1"})
PREFIX_BYTES = len(MAGIC) + 4
OFFSET_DIGITS = 16


def pack(header: Mapping[str, object], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """One file of ``header`` and ``arrays``, in their order.

    Raises:
        ValueError: if an array is of another type than the format knows, or the header holds NaN or infinity.
    """
    tidy = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in tidy.items():
        if array.dtype.str not in DTYPES:
            raise ValueError(f"{name} is {array.dtype.str}; a payload holds {', '.join(sorted(DTYPES))}")
    listed = [{"name": n, "dtype": a.dtype.str, "shape": list(a.shape), "offset": 0} for n, a in tidy.items()]
    content = {"version": VERSION, **header, "arrays": listed}
    # Where the arrays begin depends on the header's length, and that on how many digits the offsets have.
    start = _aligned(PREFIX_BYTES + len(_json(content)) + OFFSET_DIGITS * len(listed))
    pieces: list[bytes] = []
    for entry, array in zip(listed, tidy.values(), strict=True):
        entry["offset"] = start
        end = _aligned(start + array.nbytes)
        pieces.append(array.tobytes().ljust(end - start, b"\0"))
        start = end
    text = _json(content)
    length = (int(str(listed[0]["offset"])) if listed else _aligned(PREFIX_BYTES + len(text))) - PREFIX_BYTES
    return b"".join([MAGIC, struct.pack("<I", length), text.ljust(length), *pieces])


def unpack(payload: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Header and arrays of a file that ``pack`` made, as views of its bytes.

    Raises:
        ValueError: if it is no such file.
    """
    if payload[: len(MAGIC)] != MAGIC:
        raise ValueError("not a payload of vitviz")
    (length,) = struct.unpack_from("<I", payload, len(MAGIC))
    header: dict[str, Any] = json.loads(payload[PREFIX_BYTES : PREFIX_BYTES + length])
    arrays = {
        entry["name"]: np.frombuffer(
            payload, entry["dtype"], math.prod(entry["shape"]), entry["offset"]
        ).reshape(entry["shape"])
        for entry in header["arrays"]
    }
    return header, arrays


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, allow_nan=False, separators=(",", ":"), ensure_ascii=False).encode()


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT

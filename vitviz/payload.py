"""The one binary format between Python and the browser: a small JSON header, then typed arrays with every bit.

A file is ``VVA1``, the header's length as a little-endian uint32, the header (UTF-8, spaces at its end), and the
arrays. The first array and every later one begin at a multiple of 8 bytes from the file's start, so that a browser
can view them in place. ``header["arrays"]`` lists name, dtype, shape and offset from the file's start.

``pack`` and ``unpack`` are for a flat file of named arrays. ``pack_data`` and ``unpack_data`` are for nested data with
arrays anywhere in it: the data stands in the header as ``data``, with ``{"$array": 3}`` in the place of an array.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"VVA1"
VERSION = 1
ALIGNMENT = 8
DTYPES = frozenset({"<f4", "<f8", "<i4", "<i2", "|u1"})
PREFIX_BYTES = len(MAGIC) + 4
OFFSET_DIGITS = 16
ARRAY = "$array"  # the only key of what stands in the place of an array


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
    try:
        (length,) = struct.unpack_from("<I", payload, len(MAGIC))
        header: dict[str, Any] = json.loads(payload[PREFIX_BYTES : PREFIX_BYTES + length])
        arrays = {str(entry["name"]): _view(payload, entry) for entry in header["arrays"]}
    except (struct.error, KeyError, OverflowError, RecursionError, TypeError) as error:
        raise ValueError(f"a payload that is damaged: {error!r}") from error
    return header, arrays


def _view(payload: bytes, entry: Mapping[str, Any]) -> NDArray[Any]:
    if entry["dtype"] not in DTYPES:
        raise ValueError(f"a payload holds no {entry['dtype']}")
    shape = entry["shape"]
    return np.frombuffer(payload, entry["dtype"], math.prod(shape), entry["offset"]).reshape(shape)


def pack_data(data: object) -> bytes:
    """Nested mappings, sequences, dataclasses, text, numbers, booleans, ``None`` and arrays as one payload.

    A dataclass becomes the mapping of its fields. An array that occurs several times is sent once.

    Raises:
        ValueError: a number is NaN or infinite (in an array it may be), or an array's type is none of ``DTYPES``.
        TypeError: something else than the above is in ``data``. Both name where it is.
    """
    packer = _Packer()
    header = {"data": packer.plain(data, "data")}
    return pack(header, {str(number): array for number, array in enumerate(packer.arrays)})


def unpack_data(payload: bytes) -> Any:
    """What ``pack_data`` packed: sequences as lists, dataclasses as dicts, arrays as views of ``payload``.

    Raises:
        ValueError: if it is no such payload.
    """
    header, arrays = unpack(payload)
    if "data" not in header:
        raise ValueError("a payload of named arrays, not of nested data")
    try:
        return _with_arrays(header["data"], arrays)
    except (KeyError, RecursionError) as error:
        raise ValueError(f"a payload that is damaged: {error!r}") from error


class _Packer:
    """Collects the arrays of nested data, each once."""

    def __init__(self) -> None:
        self.arrays: list[NDArray[Any]] = []
        self._numbers: dict[int, int] = {}

    def plain(self, value: object, at: str) -> object:
        """``value`` as JSON can hold it; ``at`` is where it stands, for messages."""
        if value is None or isinstance(value, str | bool):
            return value
        if isinstance(value, np.ndarray):
            return {ARRAY: self._number(value, at)}
        if isinstance(value, int | float | np.generic):
            return _finite(value, at)
        if isinstance(value, Mapping):
            return {_key(key, at): self.plain(inner, f"{at}.{key}") for key, inner in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return {
                each.name: self.plain(getattr(value, each.name), f"{at}.{each.name}")
                for each in fields(value)
            }
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
            return [self.plain(inner, f"{at}[{index}]") for index, inner in enumerate(value)]
        raise TypeError(f"{at} is a {type(value).__name__}, which a payload does not hold")

    def _number(self, array: NDArray[Any], at: str) -> int:
        if array.dtype.str not in DTYPES:
            raise ValueError(f"{at} is {array.dtype.str}; a payload holds {', '.join(sorted(DTYPES))}")
        if id(array) not in self._numbers:
            self._numbers[id(array)] = len(self.arrays)
            self.arrays.append(array)
        return self._numbers[id(array)]


def _finite(value: Any, at: str) -> object:
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError(f"{at} is {number}; only arrays hold that")
    return number


def _key(key: object, at: str) -> str:
    if not isinstance(key, str) or key == ARRAY:
        raise TypeError(f"{at} has the key {key!r}; keys are text, and not {ARRAY}")
    return key


def _with_arrays(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return [_with_arrays(inner, arrays) for inner in value]
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        return arrays[str(value[ARRAY])]
    return {key: _with_arrays(inner, arrays) for key, inner in value.items()}


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, allow_nan=False, separators=(",", ":"), ensure_ascii=False).encode()


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT

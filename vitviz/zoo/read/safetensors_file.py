"""``.safetensors``: 8 bytes that say how long the header is, the header (JSON), and the tensors one after another.

Read with ordinary reads and not through a memory map: a file that somebody shortens while it is mapped ends the
process.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.read.tensors import Header, Tensors, check_names

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
LENGTH_BYTES = 8
LONGEST_HEADER = 100_000_000  # the format's own limit
CONVERTED = {torch.float16, torch.bfloat16, torch.float64}  # read as float32, as networks are
AT_ONCE = 1 << 20  # numbers that are converted at once


class _Place(NamedTuple):
    header: Header
    start: int  # in the file


class SafetensorsFile(Tensors):
    """One ``.safetensors`` file.

    Raises:
        CheckpointError: where the header is not one, or the file is shorter or longer than it says.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._places = _places(path)
        self.headers = {name: place.header for name, place in self._places.items()}
        self._file = path.open("rb", buffering=0)

    def read(self, name: str) -> Tensor:
        """See ``Tensors.read``. Floats of other widths are float32 when they come: no tensor is in memory twice."""
        header, start = self._places[name]
        self._file.seek(start)
        if header.dtype not in CONVERTED:
            tensor = torch.empty(header.shape, dtype=header.dtype)
            self._read_into(tensor.flatten())
            return tensor
        tensor = torch.empty(header.shape, dtype=torch.float32)
        flat, buffer = tensor.flatten(), torch.empty(min(AT_ONCE, tensor.numel()), dtype=header.dtype)
        for begin in range(0, flat.numel(), AT_ONCE):
            part = buffer[: flat.numel() - begin]
            self._read_into(part)
            flat[begin : begin + AT_ONCE] = part
        return tensor

    def _read_into(self, tensor: Tensor) -> None:
        """Fill a flat tensor's own memory from where the file is."""
        if not tensor.numel():
            return
        into = tensor.view(torch.uint8).numpy().data
        while into:
            count = self._file.readinto(into)
            if not count:
                raise CheckpointError("truncated", file=self.name)
            into = into[count:]

    def close(self) -> None:
        """See ``Tensors.close``."""
        self._file.close()


def _places(path: Path) -> dict[str, _Place]:
    """Where each tensor lies in the file, everything checked."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(LENGTH_BYTES)
        length = int.from_bytes(first, "little")
        if len(first) < LENGTH_BYTES:
            raise CheckpointError("truncated", file=path.name)
        if length > LONGEST_HEADER:
            raise CheckpointError(
                "broken_file", file=path.name, reason="it does not begin as safetensors does"
            )
        if length > size - LENGTH_BYTES:
            raise CheckpointError("truncated", file=path.name)
        text = file.read(length)
    entries = _entries(path.name, text)
    check_names(path.name, list(entries))
    data = LENGTH_BYTES + length
    places, end = {}, 0
    for name, entry in sorted(entries.items(), key=lambda item: _offsets(path.name, item[1])):
        header, (start, stop) = _header(path.name, name, entry), _offsets(path.name, entry)
        if start != end or stop - start != header.nbytes:
            reason = f"the bytes of {name} are not where its shape says"
            raise CheckpointError("broken_file", file=path.name, reason=reason)
        places[name], end = _Place(header, data + start), stop
    if data + end > size:
        raise CheckpointError("truncated", file=path.name)
    if data + end < size:
        raise CheckpointError(
            "broken_file", file=path.name, reason="there is more in it than its header says"
        )
    return {name: places[name] for name in entries}


def _entries(file: str, text: bytes) -> Mapping[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError("broken_file", file=file, reason="its header is not JSON") from error
    if not isinstance(header, dict):
        raise CheckpointError("broken_file", file=file, reason="its header is not a table")
    header.pop("__metadata__", None)
    return header


def _offsets(file: str, entry: Any) -> tuple[int, int]:
    match entry:
        case {"data_offsets": [int(start), int(stop)]} if 0 <= start <= stop:
            return start, stop
    raise CheckpointError("broken_file", file=file, reason="its header has a tensor without a place")


def _header(file: str, name: str, entry: Any) -> Header:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape]} if all(
            type(side) is int and 0 <= side < 2**40 for side in shape
        ):
            if dtype not in DTYPES:
                raise CheckpointError("unknown_dtype", file=file, tensor=name, dtype=dtype)
            if math.prod(shape) < 2**48:
                return Header(tuple(shape), DTYPES[dtype])
    raise CheckpointError("broken_file", file=file, reason=f"{name} has no shape")

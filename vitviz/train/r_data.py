"""Read the data sets of an R package (``data/Rdata.rdb`` with its index ``Rdata.rdx``) without R.

Only what such an index and vectors of text need of R's format (R Internals, section 1.8) is understood.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

NIL, REFERENCE, SYMBOL, PAIRS, TEXT, LOGICAL, INTEGERS, TEXTS, LIST = 254, 255, 1, 2, 9, 10, 13, 16, 19
HAS_ATTRIBUTES, HAS_TAG = 1 << 9, 1 << 10


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 14  # "X\n", then three whole numbers: the format's and R's versions
        self.symbols: list[str] = []
        if data[:2] != b"X\n":
            raise ValueError("these are no data in R's binary format")
        if struct.unpack(">i", data[2:6])[0] == 3:
            self.at += 4 + struct.unpack(">i", data[14:18])[0]  # the name of an encoding

    def whole(self, count: int = 1) -> tuple[int, ...]:
        first, self.at = self.at, self.at + 4 * count
        return struct.unpack(f">{count}i", self.data[first : self.at])

    def text(self) -> str:
        length = self.whole()[0]
        if length < 0:
            return ""
        first, self.at = self.at, self.at + length
        return self.data[first : self.at].decode()

    def item(self) -> Any:
        flags = self.whole()[0]
        kind = flags & 0xFF
        if kind == NIL:
            return None
        if kind == REFERENCE:
            return self.symbols[(flags >> 8 or self.whole()[0]) - 1]
        if kind == SYMBOL:
            self.whole()
            self.symbols.append(self.text())
            return self.symbols[-1]
        if kind == TEXT:
            return self.text()
        if kind == PAIRS:
            return self._pairs(flags)
        if kind in (LOGICAL, INTEGERS):
            value: Any = self.whole(self.whole()[0])
        elif kind in (TEXTS, LIST):
            value = [self.item() for _ in range(self.whole()[0])]
        else:
            raise ValueError(f"R's type {kind} is not read here")
        if flags & HAS_ATTRIBUTES:
            attributes = self.item()
            if kind == LIST and "names" in attributes:
                return dict(zip(attributes["names"], value, strict=True))
        return value

    def _pairs(self, flags: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while flags & 0xFF == PAIRS:
            if flags & HAS_ATTRIBUTES:
                self.item()
            tag = self.item() if flags & HAS_TAG else ""
            found[tag] = self.item()
            flags = self.whole()[0]
        return found


def text_vectors(folder: Path) -> dict[str, list[str]]:
    """Every data set of a package's ``data`` folder that is a vector of text, by name.

    Raises:
        ValueError: if the folder has none.
    """
    index, data = folder / "Rdata.rdx", folder / "Rdata.rdb"
    if not index.is_file() or not data.is_file():
        raise ValueError(f"{folder} has no Rdata.rdx and Rdata.rdb: name the data folder of an R package")
    entries = _Reader(zlib.decompress(index.read_bytes(), 31)).item()["variables"]
    content = data.read_bytes()
    vectors = {}
    for name, (first, length) in entries.items():
        value = _Reader(zlib.decompress(content[first + 4 : first + length])).item()
        if isinstance(value, list) and value and isinstance(value[0], str):
            vectors[name] = value
    return vectors

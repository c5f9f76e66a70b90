"""Messages between a process and its picture workers: a header of plain JSON, then bytes. Nothing is ever unpickled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

LENGTH = 4
LONGEST_HEADER = 1 << 20
SIZES = "bytes"  # in the header: how long each of the blocks behind it is

Header = dict[str, Any]


def send(stream: BinaryIO, header: Header, blocks: Sequence[bytes] = ()) -> None:
    """Write one message."""
    text = json.dumps({**header, SIZES: [len(block) for block in blocks]}).encode()
    stream.write(len(text).to_bytes(LENGTH))
    stream.write(text)
    for block in blocks:
        stream.write(block)
    stream.flush()


def receive(stream: BinaryIO, most_bytes: int) -> tuple[Header, list[bytes]] | None:
    """Read one message; None where the stream ended before it.

    Raises:
        ValueError: it is not a message, or its blocks have more than ``most_bytes`` together.
    """
    length = stream.read(LENGTH)
    if len(length) < LENGTH:
        return None
    if int.from_bytes(length) > LONGEST_HEADER:
        raise ValueError("the header is too long")
    header = json.loads(stream.read(int.from_bytes(length)))
    if not isinstance(header, dict) or not isinstance(header.get(SIZES), list):
        raise ValueError("this is no header")
    sizes = header.pop(SIZES)
    if not all(isinstance(size, int) and size >= 0 for size in sizes) or sum(sizes) > most_bytes:
        raise ValueError("the blocks are too long")
    blocks = [stream.read(size) for size in sizes]
    if any(len(block) < size for block, size in zip(blocks, sizes, strict=True)):
        return None
    return header, blocks

"""The browser's files: ES modules as they stand in the package, under an address that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vitviz.once import once

PACKAGE = Path(__file__).parents[1]
FOLDERS = ("web", "app")
TYPES = {".js": "text/javascript"}


@dataclass(frozen=True)
class File:
    """One file as it is sent: its media type and its bytes."""

    media_type: str
    content: bytes

    @once
    def packed(self) -> bytes:
        """The same packed with gzip, made when it is first asked for: plotly's script is large."""
        return gzip.compress(self.content, mtime=0)


@cache
def files() -> dict[str, File]:
    """All modules by their path inside the package, ``web/picker/part.js``; read once."""
    found = {}
    for path in sorted(path for folder in FOLDERS for path in (PACKAGE / folder).rglob("*")):
        if path.suffix in TYPES:
            content = path.read_bytes()
            name = path.relative_to(PACKAGE).as_posix()
            found[name] = File(TYPES[path.suffix], content)
    return found


@cache
def stamp() -> str:
    """A hash over the names and contents of all modules: what is fetched under it never changes."""
    digest = hashlib.sha256()
    for name, file in files().items():
        digest.update(name.encode() + b"\0" + file.content + b"\0")
    return digest.hexdigest()[:16]


COMMON = ("web/shared/common.css", "web/shared/save.css")


@cache
def style(*entries: str) -> str:
    """The common style sheets and the named ones, paths inside the package."""
    return sheets(*COMMON, *entries)


def sheets(*names: str) -> str:
    """These style sheets as one text."""
    return "\n".join((PACKAGE / name).read_text(encoding="utf-8") for name in names)

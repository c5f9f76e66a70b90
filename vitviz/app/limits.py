"""What the person who runs the server allows, read from the environment; see docs/serving.md."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UPLOAD = "VITVIZ_CHECKPOINT_MB"
FOLDERS = "VITVIZ_CHECKPOINT_FOLDERS"
HUB = "VITVIZ_HUB"
OFF = ("off", "0", "no", "false")


@dataclass(frozen=True)
class Limits:
    """How much one person may send, which folders of this machine everybody may read, whether a hub is asked."""

    upload_bytes: int
    folders: tuple[Path, ...]
    hub: bool


@cache
def limits() -> Limits:
    """The limits of this server, read once.

    ``VITVIZ_CHECKPOINT_MB``: most MiB of one person's uploaded files (2048; 0 switches uploads off).
    ``VITVIZ_CHECKPOINT_FOLDERS``: folders whose checkpoints everybody may open, as in PATH (none).
    ``VITVIZ_HUB``: ``off`` for a server that asks no hub (on).

    Raises:
        ValueError: if a setting cannot be understood; the sentence names it.
    """
    text = os.environ.get(UPLOAD, "2048")
    if not text.isdecimal():
        raise ValueError(f"{UPLOAD} is {text!r}, but it has to be a whole number of MiB")
    folders = tuple(Path(part).resolve() for part in os.environ.get(FOLDERS, "").split(os.pathsep) if part)
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise ValueError(f"{FOLDERS} names {missing[0]}, which is no folder")
    return Limits(int(text) << 20, folders, os.environ.get(HUB, "on").lower() not in OFF)

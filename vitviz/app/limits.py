"""What the person who runs the server allows, read from the environment; see docs/serving.md."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vitviz.app.machine import memory_here

UPLOAD = "VITVIZ_CHECKPOINT_MB"
FOLDERS = "VITVIZ_CHECKPOINT_FOLDERS"
HUB = "VITVIZ_HUB"
RUN = "VITVIZ_RUN_MB"
MEMORY = "VITVIZ_MEMORY_MB"
HOSTS = "VITVIZ_HOSTS"
FRAMES = "VITVIZ_FRAMES"
OFF = ("off", "0", "no", "false")
HOST = re.compile(r"\*|(\*\.)?[\w-]+(\.[\w-]+)*")
SHARE = 4  # one part in so many of the memory is kept, if nobody says otherwise
ORIGIN = re.compile(r"https?://[\w.-]+(:\d+)?")


@dataclass(frozen=True)
class Limits:
    """How much one person may send, which folders of this machine everybody may read, whether a hub is asked.

    ``run_bytes`` is how much memory the run of a picture may take whose size a person chose.
    ``memory_bytes`` are for all weights, traces, payloads and pictures that the server keeps.
    ``hosts`` are names that the server answers to besides its own, ``frames`` origins whose pages may show the app.
    """

    upload_bytes: int
    folders: tuple[Path, ...]
    hub: bool
    run_bytes: int
    memory_bytes: int
    hosts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()


@cache
def limits() -> Limits:
    """The limits of this server, read once.

    ``VITVIZ_CHECKPOINT_MB``: most MiB of one person's uploaded files (2048; 0 switches uploads off).
    ``VITVIZ_CHECKPOINT_FOLDERS``: folders whose checkpoints everybody may open, as in PATH (none).
    ``VITVIZ_HUB``: ``off`` for a server that asks no hub (on).
    ``VITVIZ_RUN_MB``: most MiB of a run whose picture has a size that a person chose (1024).
    ``VITVIZ_MEMORY_MB``: MiB that are kept for everybody together (a quarter of the memory of machine or container).
    ``VITVIZ_HOSTS``: names that it answers to, ``viz.example.org``, ``*.example.org`` or ``*`` for any (none but
    localhost, addresses in figures, and what it was told to listen on).
    ``VITVIZ_FRAMES``: origins whose pages may show the app in a frame, ``https://moodle.example.org`` (none).

    Raises:
        ValueError: if a setting cannot be understood; the sentence names it.
    """
    folders = tuple(Path(part).resolve() for part in os.environ.get(FOLDERS, "").split(os.pathsep) if part)
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise ValueError(f"{FOLDERS} names {missing[0]}, which is no folder")
    hosts = tuple(os.environ.get(HOSTS, "").lower().replace(",", " ").split())
    if wrong := [host for host in hosts if not HOST.fullmatch(host)]:
        raise ValueError(f"{HOSTS} names {wrong[0]!r}, but it has to be names without https:// and port")
    frames = tuple(os.environ.get(FRAMES, "").lower().replace(",", " ").split())
    if wrong := [origin for origin in frames if not ORIGIN.fullmatch(origin)]:
        raise ValueError(
            f"{FRAMES} names {wrong[0]!r}, but it has to be origins such as https://moodle.example.org"
        )
    hub = os.environ.get(HUB, "on").lower() not in OFF
    memory = _bytes(MEMORY, str(memory_here() // SHARE >> 20))
    return Limits(_bytes(UPLOAD, "2048"), folders, hub, _bytes(RUN, "1024"), memory, hosts, frames)


def _bytes(name: str, otherwise: str) -> int:
    text = os.environ.get(name, otherwise)
    if not text.isdecimal():
        raise ValueError(f"{name} is {text!r}, but it has to be a whole number of MiB")
    return int(text) << 20

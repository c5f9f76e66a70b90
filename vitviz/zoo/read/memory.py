"""How much memory a network may take here, so that one that is too large is refused before any of it is taken."""

from __future__ import annotations

from pathlib import Path

from vitviz.zoo.errors import CheckpointError

UNKNOWN = 16 << 30  # where the system does not say what is free
SHARE = 0.9  # of what is free
_CGROUP = Path("/sys/fs/cgroup")


def available() -> int:
    """Bytes that can be taken now: what the system has free, or less where this process may have less."""
    try:
        table = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("utf-8").splitlines())
        free = int(table["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return UNKNOWN
    try:
        limit = int((_CGROUP / "memory.max").read_text("utf-8"))
        return min(free, limit - int((_CGROUP / "memory.current").read_text("utf-8")))
    except (OSError, ValueError):  # no limit, which is written as a word
        return free


def check_memory(needed: int, what: str) -> None:
    """Refuse what does not fit.

    Raises:
        CheckpointError: with both sizes.
    """
    free = available()
    if needed > SHARE * free:
        raise CheckpointError(
            "too_large", what=what, needed=f"{needed / 2**30:,.1f}", free=f"{free / 2**30:,.1f}"
        )

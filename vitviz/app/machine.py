"""How much memory there is for this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

UNKNOWN = 4 << 30  # bytes of memory of a system that does not tell


def memory_here(root: Path = Path("/")) -> int:
    """Bytes of memory that this process may use: the machine's, or less where a container or service is limited."""
    limits = [_number(path) for path in _limit_files(root)]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min((limit for limit in limits if limit), default=UNKNOWN)


def _limit_files(root: Path) -> Iterator[Path]:
    """Where Linux says how much the control groups of this process may take: version 2, then version 1."""
    groups = root / "sys/fs/cgroup"
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        top, name = (groups / "memory", "memory.limit_in_bytes") if kinds else (groups, "memory.max")
        group = PurePosixPath(path.lstrip("/"))
        yield from (top / above / name for above in (group, *group.parents))


def _number(path: Path) -> int:
    """The number in a file; 0 where there is none, as for a group without a limit."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError:
        return 0
    return int(text) if text.isdecimal() else 0

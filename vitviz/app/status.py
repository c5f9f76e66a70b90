"""What the server holds for whom: figures for the person who runs it, without anybody's names or pictures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vitviz.app.kept import memory, turns
from vitviz.app.people import people

PATH = "/status"  # below the app's own /api
LOOPBACK = ("127.0.0.1", "::1")
HOSTS = ("localhost", "127.0.0.1", "[::1]")
# What a proxy adds: the request came from elsewhere.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
NOT_HERE = "there is nothing at this address"


def status() -> dict[str, Any]:
    """Bytes by kind and by person, who waits for a core, and what the process takes.

    What several people look at counts for each of them, and once among the kinds.
    """
    kinds: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    persons: dict[int, int] = dict.fromkeys(people.numbers().values(), 0)
    numbers = people.numbers()
    for item in memory.held():
        kinds[item.kind] += item.nbytes
        counts[item.kind] += 1
        for owner in item.owners:
            if owner in numbers:
                persons[numbers[owner]] += item.nbytes
    return {
        "budget_bytes": memory.max_bytes,
        "held_bytes": sum(kinds.values()),
        "process_bytes": _resident(),
        "kinds": {kind: {"items": counts[kind], "bytes": size} for kind, size in sorted(kinds.items())},
        "people": [{"person": number, "bytes": size} for number, size in sorted(persons.items())],
        "queue": {lane: {"running": run, "waiting": wait} for lane, (run, wait) in turns.counts().items()},
    }


def status_lines(figures: Mapping[str, Any]) -> list[str]:
    """The figures of ``status`` as lines of a terminal."""
    lines = [
        f"held     {_mib(figures['held_bytes'])} of {_mib(figures['budget_bytes']).strip()}",
        f"process  {_mib(figures['process_bytes'])}",
        "",
        *(f"{kind:<9}{_mib(of['bytes'])}  {of['items']} items" for kind, of in figures["kinds"].items()),
        "",
        *(f"person {one['person']:<5}{_mib(one['bytes'])}" for one in figures["people"]),
        *(
            f"{lane} work: {of['running']} running, {of['waiting']} waiting"
            for lane, of in figures["queue"].items()
        ),
    ]
    return [line.rstrip() for line in lines]


def _mib(size: int) -> str:
    return f"{size / 2**20:9,.1f} MiB"


def _resident() -> int:
    """Bytes of memory that this process takes; 0 where the system does not tell."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^VmRSS:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def status_routes() -> list[BaseRoute]:
    """The route of the figures; it answers to this machine alone, and to nothing that came through a proxy."""

    async def answer(request: Request) -> Response:
        if not from_here(request):
            return Response(NOT_HERE, 404, media_type="text/plain", headers={"Cache-Control": "no-store"})
        return JSONResponse(status(), headers={"Cache-Control": "no-store"})

    return [Route(PATH, answer)]


def from_here(request: Request) -> bool:
    """Whether a program of this machine asks the server itself. A name in ``Host`` may be anybody's page."""
    host = re.sub(r":\d+$", "", request.headers.get("host", "")).lower()
    direct = not any(name in request.headers for name in FORWARDED)
    return bool(request.client and request.client.host in LOOPBACK and host in HOSTS and direct)

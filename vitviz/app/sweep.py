"""Lets go of what people who left had, also on a server that nobody visits any more, and gives the memory back.

Streamlit keeps the session of a closed tab until somebody else comes. What is large in it is ours, and ends here.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from streamlit import runtime

from vitviz.app.kept import collect, collect_everything, memory
from vitviz.app.people import people

EVERY = 5.0  # seconds
HOLDERS = ("_session_state", "_fragment_storage")  # of Streamlit's AppSession
log = logging.getLogger(__name__)


@asynccontextmanager
async def sweeping() -> AsyncIterator[None]:
    """Look every few seconds for as long as the server runs."""
    task = asyncio.create_task(_sweep_for_ever())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep_for_ever() -> None:
    while True:
        await asyncio.sleep(EVERY)
        try:
            left = sweep()
            if left or memory.in_use:
                await asyncio.to_thread(give_back, left)
        except Exception:
            log.exception("looking for people who left failed")


def sweep() -> bool:
    """End what belongs to people who have left, and their sessions; whether anything was let go.

    To be called in Streamlit's own event loop.
    """
    if not runtime.exists():
        return False
    server = runtime.get_instance()
    left = people.sweep(server.is_active_session)
    for session_id, session in left:
        server.close_session(session_id)
        if session is not None and (closed := session()) is not None:
            empty(closed)
    return bool(memory.tidy() or left)


def empty(session: Any) -> None:
    """Take out of a closed session what holds runs: Streamlit's loop keeps the last session of all until one comes.

    These are fields of Streamlit's own; tests/app/test_sweep.py fails where a version has others.
    """
    for holder in HOLDERS:
        try:
            getattr(session, holder).clear()
        except Exception:
            log.exception("a closed session could not be emptied of its %s", holder)


def give_back(left: bool) -> None:
    """End what was let go, also of people who ``left``, and return free memory to the system.

    Where the C library cannot do that, it does so as it sees fit.
    """
    if left and not people.numbers():
        collect_everything()
    else:
        collect()
    if (
        left and memory.in_use
    ):  # perhaps by somebody who came before torch, and is among what ``preload`` froze
        gc.unfreeze()
        collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if hasattr(ctypes, "CDLL") else None
    if trim is not None:
        trim(0)

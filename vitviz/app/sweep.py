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

from vitviz.app.kept import memory
from vitviz.app.people import people

EVERY = 5.0  # seconds
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
            if sweep():
                await asyncio.to_thread(give_back)
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
        _empty(session() if session is not None else None)
    return bool(memory.tidy() or left)


def _empty(session: Any) -> None:
    """Take out of a closed session what holds runs: Streamlit's loop keeps the last session of all until one comes."""
    for name in ("_session_state", "_fragment_storage"):
        if hasattr(session, name):
            setattr(session, name, type(getattr(session, name))())
    if hasattr(session, "_scriptrunner"):
        session._scriptrunner = None


def give_back() -> None:
    """Return free memory to the system; where the C library cannot do that, it does so as it sees fit."""
    # Whoever came before torch was there is among what ``preload`` froze, which no collection looks at otherwise.
    gc.unfreeze()
    gc.collect()
    if not people.numbers():
        gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if hasattr(ctypes, "CDLL") else None
    if trim is not None:
        trim(0)

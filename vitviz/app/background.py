"""Threads of the app that compute, ended before Python ends: it must not end while one of them is inside torch."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

PATIENCE_S = 5  # a step of what runs is over by then

_stops: WeakKeyDictionary[threading.Thread, Callable[[], object]] = WeakKeyDictionary()


def begin(work: Callable[[], object], stop: Callable[[], object]) -> threading.Thread:
    """Start a thread that does ``work``; ``stop`` has it return soon."""
    thread = threading.Thread(target=work, daemon=True)
    _stops[thread] = stop
    thread.start()
    return thread


@atexit.register
def end_all() -> None:
    """Stop all of them, and wait until they have ended."""
    threads = dict(_stops)
    for stop in threads.values():
        stop()
    for thread in threads:
        thread.join(PATIENCE_S)

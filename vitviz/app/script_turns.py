"""Few scripts at once: with many people they run one after another, not all of them ever more slowly.

All threads of a process share one interpreter. Thirty scripts that run at once are all ready when the last one could
have been; in turn, half of them are ready in half that time. A script that goes on for longer than ``LONGEST`` computes
or waits for something, for which there are queues of its own: it stands in nobody's way any more.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AT_ONCE = os.cpu_count() or 1
LONGEST = 1.0  # seconds
LOOK = 0.1  # seconds between two looks of one who waits: whether it is still wanted


class ScriptTurns:
    """``with turns.take(still_wanted):`` runs a script, first come first served, while few young ones run."""

    def __init__(self, at_once: int = AT_ONCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._clock = at_once, clock
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._begun: dict[object, float] = {}

    @contextmanager
    def take(self, still_wanted: Callable[[], object]) -> Iterator[None]:
        """Hold a turn; what ``still_wanted`` raises while there is none leaves the queue."""
        me = object()
        with self._changed:
            self._waiting.append(me)
        try:
            while not self._begin(me):
                still_wanted()
            yield
        finally:
            with self._changed:
                self._begun.pop(me, None)
                if me in self._waiting:
                    self._waiting.remove(me)
                self._changed.notify_all()

    @property
    def busy(self) -> bool:
        """Whether a young script runs, or one waits."""
        with self._changed:
            return bool(self._waiting) or self._young() > 0

    def _begin(self, me: object) -> bool:
        """Wait a while for the turn; whether it came."""
        with self._changed:
            if not self._is_next(me):
                self._changed.wait(LOOK)
            if not self._is_next(me):
                return False
            self._waiting.popleft()
            self._begun[me] = self._clock()
            self._changed.notify_all()
            return True

    def _is_next(self, me: object) -> bool:
        return self._waiting[0] is me and self._young() < self._at_once

    def _young(self) -> int:
        return sum(self._clock() - begun < LONGEST for begun in self._begun.values())


turns = ScriptTurns()

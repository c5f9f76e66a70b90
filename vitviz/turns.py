"""Who computes next: a fair queue in front of the cores, with a lane of its own for what takes long.

Light work never waits for heavy work. Among those who wait in a lane people take turns, so that somebody who asks for
much at once does not stand before everybody else; each one's own work keeps its order.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Lane = Literal["light", "heavy"]
LOOK = 0.2  # seconds between two looks of one who waits: at the place in the queue, and whether it is still wanted

# Is called while waiting, with how many are before; it ends the waiting by raising.
Waiting = Callable[[int], object]


def not_interested(_before: int) -> None:
    """Wait without a look."""


@dataclass(eq=False)
class _Ticket:
    """One piece of work that waits."""

    owner: str
    go: threading.Event = field(default_factory=threading.Event)


class _Queue:
    """The tickets of one lane, one of each owner in turn."""

    def __init__(self) -> None:
        self.running = 0
        self._waiting: dict[str, deque[_Ticket]] = {}  # whose turn is next first

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def join(self, ticket: _Ticket) -> None:
        self._waiting.setdefault(ticket.owner, deque()).append(ticket)

    def next(self) -> _Ticket:
        owner = next(iter(self._waiting))
        tickets = self._waiting.pop(owner)
        ticket = tickets.popleft()
        if tickets:
            self._waiting[owner] = tickets  # behind everybody else
        return ticket

    def leave(self, ticket: _Ticket) -> bool:
        tickets = self._waiting.get(ticket.owner)
        if tickets is None or ticket not in tickets:
            return False
        tickets.remove(ticket)
        if not tickets:
            del self._waiting[ticket.owner]
        return True

    def before(self, ticket: _Ticket) -> int:
        """How many run, or come before it if nobody else joins."""
        round_of = self._waiting[ticket.owner].index(ticket)
        owners = list(self._waiting)
        place = owners.index(ticket.owner)
        others = sum(
            min(len(self._waiting[owner]), round_of + (1 if at < place else 0))
            for at, owner in enumerate(owners)
            if at != place
        )
        return self.running + round_of + others


class Turns:
    """``with turns.take("heavy", person):`` computes when it is that person's turn.

    ``cores`` run at once. Each lane leaves a core for the other; where there is only one they share it.
    """

    def __init__(self, cores: int) -> None:
        self._cores = cores
        self._lock = threading.Lock()
        self._queues: dict[Lane, _Queue] = {"light": _Queue(), "heavy": _Queue()}

    @contextmanager
    def take(self, lane: Lane, owner: str, waiting: Waiting = not_interested) -> Iterator[None]:
        """Hold a core; what ``waiting`` raises while there is none leaves the queue."""
        ticket = _Ticket(owner)
        with self._lock:
            self._queues[lane].join(ticket)
            self._start()
        try:
            while not ticket.go.wait(LOOK):
                with self._lock:
                    before = None if ticket.go.is_set() else self._queues[lane].before(ticket)
                if before is not None:
                    waiting(before)
            yield
        finally:
            with self._lock:
                if not self._queues[lane].leave(ticket):
                    self._queues[lane].running -= 1
                self._start()

    def counts(self) -> dict[Lane, tuple[int, int]]:
        """How many run and how many wait, in each lane."""
        with self._lock:
            return {lane: (queue.running, len(queue)) for lane, queue in self._queues.items()}

    def _start(self) -> None:
        light, heavy = self._queues["light"], self._queues["heavy"]
        most = max(1, self._cores - 1)
        for queue, free in (
            (light, (most if heavy.running or len(heavy) else self._cores) - light.running),
            (heavy, most - heavy.running),
        ):
            free = min(free, max(2, self._cores) - light.running - heavy.running)
            for _ in range(min(free, len(queue))):
                queue.running += 1
                queue.next().go.set()

"""The runs of one person: a thread that takes one of the server's turns for every record, and lets others in between.

While a page is made for somebody, or an answer computed, no record is begun: all threads share one interpreter, and who
looks at a page would wait for it.

A lab belongs to one person and is kept in ``memory`` under their name alone. It trains networks of its own, which it
made itself; nothing that people share is ever trained.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from vitviz.app import background, people, script_turns
from vitviz.app.kept import memory, turns

if TYPE_CHECKING:
    from vitviz.memory import Key
    from vitviz.train.lab import LabRun
    from vitviz.train.lab_config import LabConfig
    from vitviz.train.lab_pictures import Progress
    from vitviz.turns import Waiting

Gate = Callable[["Waiting"], AbstractContextManager[object]]
NICENESS = 10
REST = 0.002  # seconds between two turns, in which threads that wait for Python get it
LOOK = 0.004  # seconds between two looks whether somebody waits for a page
LONGEST = 0.5  # seconds that a record gives way to others, however many they are


class _StoppedError(Exception):
    """The person stopped the runs while they waited for a turn."""


class Lab:
    """One or two runs, which take their steps by turns. Everything may be read while they go on."""

    def __init__(
        self,
        configs: Sequence[LabConfig],
        gate: Gate,
        grew: Callable[[int], object],
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        from vitviz.train.lab import LabRun

        self.runs: list[LabRun] = [LabRun(config) for config in configs]
        self.lock = threading.Lock()  # held for one record: whoever holds it sees a run between two steps
        self.progress: Progress | None = None
        self.seconds = 0.0  # in which the runs went on, waiting included
        self.cpu_seconds = 0.0
        self._gate, self._grew, self._busy = gate, grew, busy
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether the thread is at work; after ``stop`` until the record under way is there."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def ended(self) -> bool:
        """Whether all runs are complete."""
        return all(run.ended for run in self.runs)

    @property
    def nbytes(self) -> int:
        """Bytes that the runs hold."""
        return sum(run.nbytes for run in self.runs)

    def go(self) -> None:
        """Go on where the runs are."""
        if self.running:
            return
        self._stopped = threading.Event()
        self._thread = background.begin(partial(self._work, self._stopped), self._stopped.set)

    def stop(self) -> None:
        """Take no more steps after the one that is under way."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait until the thread has ended, at most so long; whether it has."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.running

    def _work(self, stopped: threading.Event) -> None:
        import torch

        torch.set_num_threads(1)  # of this thread
        if sys.platform == "linux":  # where threads have priorities: whoever asks for a page comes first
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)

        def waiting(_before: int) -> None:
            if stopped.is_set():
                raise _StoppedError

        last = time.monotonic()
        used = time.thread_time()
        try:
            while not stopped.is_set() and not self.ended:
                # The one that is behind, so that both are at the same step.
                run = min((run for run in self.runs if not run.ended), key=lambda run: run.done)
                while not stopped.is_set():
                    while self._gives_way(last) and not stopped.is_set():
                        time.sleep(LOOK)
                    with self._gate(waiting), self.lock:
                        if not self._gives_way(last):  # nobody came while this waited for its turn
                            self._one_record(run)
                            break
                now = time.monotonic()
                self.seconds += now - last
                self.cpu_seconds += time.thread_time() - used
                last, used = now, time.thread_time()
                time.sleep(REST)
        except _StoppedError:
            self.seconds += time.monotonic() - last

    def _gives_way(self, since: float) -> bool:
        return self._busy() and time.monotonic() - since < LONGEST

    def _one_record(self, run: LabRun) -> None:
        from vitviz.train.lab_pictures import Progress
        from vitviz.train.lab_snapshot import Snapshot

        record = next(run.records(), None)
        self.progress = record if isinstance(record, Progress) else None
        if isinstance(record, Snapshot):
            self._grew(self.nbytes)


def mine() -> Lab | None:
    """This person's lab; nobody else's can be had."""
    owner = people.here().owner
    found = cast("tuple[Lab] | None", memory.get(_key(owner), owner))
    return None if found is None else found[0]


def begin(configs: Sequence[LabConfig]) -> Lab:
    """A new lab of this person, whose former one ends; it goes on by itself until it is complete or stopped."""
    reset()
    person = people.here()
    key = _key(person.owner)

    def gate(waiting: Waiting) -> AbstractContextManager[object]:
        return turns.take("heavy", person.owner, waiting)

    lab = Lab(configs, gate, partial(memory.resize, key), somebody_waits)
    # In a tuple, which does not come back while the thread still has the lab: what is reset stays away.
    memory.put(key, (lab,), lab.nbytes, person.owner, fixed=True)
    person.ends(lab)
    lab.go()
    return lab


def somebody_waits() -> bool:
    """Whether a page is being made for somebody, or what takes a moment is computed for one."""
    return script_turns.turns.busy or turns.counts()["light"] != (0, 0)


def reset() -> None:
    """End this person's lab and let go of all that it held."""
    owner = people.here().owner
    if (lab := mine()) is not None:
        lab.stop()
        memory.drop(_key(owner))
    memory.drop(step_key(owner))


def step_key(owner: str) -> Key:
    """Under which a person's opened step is kept; it goes with the lab that it is of."""
    return ("lab step", owner)


def _key(owner: str) -> Key:
    return ("lab", owner)

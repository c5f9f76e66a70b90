"""One process that opens pictures for this one, and how the others go before it when a picture takes long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from vitviz.images.errors import image_error
from vitviz.images.frames import Header, receive, send
from vitviz.images.limits import Limits

PACKAGES = str(Path(__file__).parents[2])  # where this vitviz is, also when that is only a working directory
GRACE = 0.2  # seconds of processor time after which a picture is a slow one
NICENESS = 15  # of the thread that opens a slow one
LOOK = 0.1  # seconds between two looks at that time
ENDING = 1.0  # seconds between a process's last word and its end
# numpy's threads and malloc's own places for each thread would only take memory; Python need not look for a person's
# own modules.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "PYTHONNOUSERSITE": "1",
}


class Process:
    """One process. ``ask`` is for one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        command = [
            sys.executable,
            "-P",
            "-m",
            "vitviz.images.worker",
            str(limits.seconds),
            str(limits.memory),
        ]
        below_normal = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries say of damaged files
            env={
                **os.environ,
                **ENVIRONMENT,
                "PYTHONPATH": os.pathsep.join([PACKAGES, *filter(None, sys.path)]),
            },
            process_group=0,  # an interrupt from the terminal is for the server
            creationflags=below_normal,
        )

    def ask(
        self, header: Header, data: bytes, most_bytes: int, slow: Callable[[], None]
    ) -> tuple[Header, list[bytes]]:
        """The answer to a request; ``slow`` is called, in another thread, where it takes long.

        Raises:
            ImageError: the process ended instead; it must not be asked again.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        try:
            with _timer(self.limits.patience, give_up), self._others_first(slow):
                send(cast(BinaryIO, self.process.stdin), header, [data])
                answer = receive(cast(BinaryIO, self.process.stdout), most_bytes)
        except (OSError, ValueError):
            answer = None
        if answer is None:
            with suppress(subprocess.TimeoutExpired):  # an ending of its own says why
                self.process.wait(ENDING)
            self.end()
            if late.is_set():
                raise image_error("time", seconds=self.limits.patience)
            if self.process.returncode == -getattr(signal, "SIGPROF", 0):
                raise image_error("time", seconds=self.limits.seconds)
            raise image_error("crashed")
        return answer

    @contextmanager
    def _others_first(self, slow: Callable[[], None]) -> Iterator[None]:
        """Have a picture that takes long wait for whoever computes an answer: on Linux, where threads have priorities.

        A process cannot come forward again by itself; the thread that opens this picture ends with it.
        """
        ended = threading.Event()

        def watch() -> None:
            begun: float | None = None  # a process that was just started first reads its modules
            with suppress(OSError):
                while not ended.wait(LOOK):
                    opening = self._opening()
                    if opening and begun is None:
                        begun = self._seconds()
                    elif opening and begun is not None and self._seconds() - begun > GRACE:
                        for thread in opening:
                            os.setpriority(os.PRIO_PROCESS, thread, NICENESS)
                        slow()
                        return

        watching = threading.Thread(target=watch, daemon=True)
        if sys.platform == "linux":
            watching.start()
        try:
            yield
        finally:
            ended.set()
            if watching.ident is not None:
                watching.join()  # nothing is slow after its end

    def _seconds(self) -> float:
        """Processor time that it has taken."""
        return time.clock_gettime((~self.process.pid << 3) | 2)  # as clock_getcpuclockid numbers them

    def _opening(self) -> list[int]:
        """The threads besides its first one, which waits for requests."""
        threads = [int(task.name) for task in Path(f"/proc/{self.process.pid}/task").iterdir()]
        return [thread for thread in threads if thread != self.process.pid]

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    def end(self) -> None:
        """End the process and wait for it."""
        with suppress(OSError):
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                cast(BinaryIO, stream).close()


@contextmanager
def _timer(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """Call that after so many seconds, unless what is inside ends sooner."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

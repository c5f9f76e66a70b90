"""A few processes that open pictures, so that a costly file costs nobody but the person who sent it.

Each opens one picture at a time within ``Limits``. One that goes over them, or crashes, is replaced and the picture
refused with a sentence. Processes end when the pool is closed and when this process ends, however it does.
"""

from __future__ import annotations

import atexit
import dataclasses
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

from PIL import Image

from vitviz.images.cost.bounds import MAX_PIXELS
from vitviz.images.errors import SENTENCES, ImageError, image_error
from vitviz.images.frames import Header, receive, send
from vitviz.images.limits import Limits
from vitviz.images.notes import Note
from vitviz.images.open import Picture
from vitviz.images.preprocess import Preprocessing

WAITING = 10.0  # seconds that a picture waits for a process
MOST_PROCESSES = 2
CHANNELS = 3
PACKAGES = str(Path(__file__).parents[2])  # where this vitviz is, also when that is only a working directory
GRACE = 0.2  # seconds after which a picture is a slow one
NICENESS = 15  # of the process that opens a slow one
ENDING = 1.0  # seconds between a process's last word and its end
# numpy's threads would only take memory; Python need not look for a person's own modules.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONNOUSERSITE": "1"}


@dataclass(frozen=True)
class Facts:
    """What is known of an opened picture without its pixels; as of ``Picture``, and its upright (width, height)."""

    size: tuple[int, int]
    original_size: tuple[int, int]
    format: str | None
    original_mode: str
    notes: tuple[Note, ...]
    sha256: str


class _Worker:
    """One process. ``ask`` is for one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.stepped_back = False
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

    def ask(self, header: Header, data: bytes, most_bytes: int) -> tuple[Header, list[bytes]]:
        """The answer to a request.

        Raises:
            ImageError: the process ended instead; it must not be asked again.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        timers = [threading.Timer(GRACE, self.step_back), threading.Timer(self.limits.patience, give_up)]
        for timer in timers:
            timer.daemon = True
            timer.start()
        try:
            send(cast(BinaryIO, self.process.stdin), header, [data])
            answer = receive(cast(BinaryIO, self.process.stdout), most_bytes)
        except (OSError, ValueError):
            answer = None
        finally:
            for timer in timers:
                timer.cancel()
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

    def step_back(self) -> None:
        """Let whoever computes an answer go first from now on; a process cannot come forward again."""
        self.stepped_back = True
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.process.pid, NICENESS)

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


class Pool:
    """At most ``processes`` processes that open pictures, started by ``start`` or when they are needed."""

    def __init__(
        self, processes: int | None = None, limits: Limits | None = None, waiting: float = WAITING
    ) -> None:
        self.limits = limits or Limits()
        self.waiting = waiting
        self._lock = threading.Lock()
        self._closings = 0
        self._workers: set[_Worker] = set()
        self._free: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(processes or min(MOST_PROCESSES, os.cpu_count() or 1)):
            self._free.put(None)
        atexit.register(self.close)

    @property
    def running(self) -> list[int]:
        """Process ids of those that run."""
        with self._lock:
            return sorted(worker.process.pid for worker in self._workers if worker.alive)

    @property
    def idle(self) -> int:
        """How many pictures could be opened at once just now."""
        return self._free.qsize()

    def start(self) -> None:
        """Start all processes that are not there, without waiting for them."""
        waiting: list[_Worker | None] = []
        with suppress(queue.Empty):
            while True:
                waiting.append(self._free.get_nowait())
        for worker in waiting:
            with suppress(OSError):
                worker = worker or self._begin()
            self._free.put(worker)

    def open(
        self,
        data: bytes,
        views: Sequence[Preprocessing] = (),
        *,
        whole: bool = False,
        max_pixels: int = MAX_PIXELS,
    ) -> tuple[Facts, list[Image.Image]]:
        """Open a file: facts about it, then with ``whole`` the upright RGB picture, and what a model sees by each of
        ``views``.

        Raises:
            ImageError: as ``open_image``; or it took too much, or too many others are being opened.
        """
        most_bytes = CHANNELS * (whole * max_pixels + sum(_pixels(one) for one in views))
        header: Header = {
            "max_pixels": max_pixels,
            "whole": whole,
            "views": [dataclasses.asdict(one) for one in views],
        }
        try:
            worker = self._free.get(timeout=self.waiting)
        except queue.Empty:
            raise image_error("busy") from None
        kept, closings = None, self._closings
        try:
            if worker is None or not worker.alive:
                worker = self._replace(worker, closings)
            if worker is None:
                raise image_error("no_worker")
            answer, blocks = worker.ask(header, data, most_bytes)
            if "error" in answer:
                kept = worker
                raise _refusal(answer)
            opened = _read(answer, blocks)
            kept = worker
            return opened
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, ImageError):
                raise
            raise image_error("crashed") from error  # what answered is not what was started
        finally:
            if kept is not None and kept.stepped_back:
                kept = None
            self._free.put(kept or self._replace(worker, closings))

    def close(self) -> None:
        """End all processes, also in the middle of a picture. Another picture starts one again."""
        with self._lock:
            self._closings += 1
            workers, self._workers = self._workers, set()
        for worker in workers:
            worker.end()

    def _begin(self) -> _Worker:
        worker = _Worker(self.limits)
        with self._lock:
            self._workers.add(worker)
        return worker

    def _replace(self, worker: _Worker | None, closings: int) -> _Worker | None:
        """A new process for one that ended or cannot be trusted any more; None, for later, where none is wanted."""
        if worker is not None:
            worker.end()
            with self._lock:
                self._workers.discard(worker)
        if closings != self._closings:
            return None
        with suppress(OSError):
            return self._begin()
        return None


@cache
def pool_of(limits: Limits) -> Pool:
    """The pool of one process that ``open_image`` uses for these limits."""
    return Pool(1, limits)


def open_within(data: bytes, max_pixels: int, limits: Limits) -> Picture:
    """``open_image`` of a file's bytes in another process."""
    facts, (image,) = pool_of(limits).open(data, whole=True, max_pixels=max_pixels)
    return Picture(image, facts.original_size, facts.format, facts.original_mode, facts.notes, facts.sha256)


def _pixels(spec: Preprocessing) -> int:
    height, width = spec.height_width
    return height * width


def _refusal(answer: Mapping[str, Any]) -> ImageError:
    code, values = str(answer["error"]), answer["values"]
    return image_error(code, **values) if code in SENTENCES else image_error("crashed")


def _read(answer: Mapping[str, Any], blocks: Sequence[bytes]) -> tuple[Facts, list[Image.Image]]:
    width, height = answer["size"]
    stored_width, stored_height = answer["original_size"]
    facts = Facts(
        (int(width), int(height)),
        (int(stored_width), int(stored_height)),
        None if answer["format"] is None else str(answer["format"]),
        str(answer["original_mode"]),
        tuple(Note(str(code), **values) for code, values in answer["notes"]),
        str(answer["sha256"]),
    )
    images = [
        Image.frombytes("RGB", (int(across), int(down)), block)
        for (across, down), block in zip(answer["sizes"], blocks, strict=True)
    ]
    return facts, images

"""A few processes that open pictures, so that a costly file costs nobody but the person who sent it.

Each opens one picture at a time within ``Limits``. One that goes over them, or crashes, is replaced and the picture
refused with a sentence. Processes end when the pool is closed and when this process ends, however it does.
"""

from __future__ import annotations

import atexit
import dataclasses
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from vitviz.images.cost.bounds import MAX_PIXELS
from vitviz.images.errors import SENTENCES, ImageError, image_error
from vitviz.images.frames import Header
from vitviz.images.limits import Limits
from vitviz.images.notes import Note
from vitviz.images.open import Picture
from vitviz.images.preprocess import Preprocessing
from vitviz.images.process import Process

WAITING = 10.0  # seconds that a picture waits for a process
MOST_AT_ONCE = 2
CHANNELS = 3


@dataclass(frozen=True)
class Facts:
    """What is known of an opened picture without its pixels; as of ``Picture``, and its upright (width, height)."""

    size: tuple[int, int]
    original_size: tuple[int, int]
    format: str | None
    original_mode: str
    notes: tuple[Note, ...]
    sha256: str


class Pool:
    """Processes that open up to ``at_once`` pictures at once, started by ``start`` or when they are needed.

    Besides these up to ``slow`` pictures that take long go on, each in a process of its own: nobody waits for them.
    """

    def __init__(
        self,
        at_once: int | None = None,
        slow: int = 0,
        limits: Limits | None = None,
        waiting: float = WAITING,
    ) -> None:
        self.limits = limits or Limits()
        self.waiting = waiting
        self._lock = threading.Lock()
        self._closings = 0
        self._workers: set[Process] = set()
        self._free: queue.LifoQueue[Process | None] = queue.LifoQueue()
        at_once = at_once or min(MOST_AT_ONCE, os.cpu_count() or 1)
        self._turns, self._slow = threading.Semaphore(at_once), threading.Semaphore(slow)
        for _ in range(at_once + slow):
            self._free.put(None)
        atexit.register(self.close)

    @property
    def running(self) -> list[int]:
        """Process ids of those that run."""
        with self._lock:
            return sorted(worker.process.pid for worker in self._workers if worker.alive)

    @property
    def idle(self) -> int:
        """How many processes open no picture just now."""
        return self._free.qsize()

    def start(self) -> None:
        """Start all processes that are not there, without waiting for them."""
        waiting: list[Process | None] = []
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
        with self._turn() as give_up_turn:
            return self._open(header, data, most_bytes, give_up_turn)

    @contextmanager
    def _turn(self) -> Iterator[Callable[[], None]]:
        """One of the pictures that are opened at once, until the call of what is yielded makes it a slow one."""
        if not self._turns.acquire(timeout=self.waiting):
            raise image_error("busy")
        slow = False

        def give_up() -> None:
            nonlocal slow
            if self._slow.acquire(blocking=False):
                slow = True
                self._turns.release()

        try:
            yield give_up
        finally:
            (self._slow if slow else self._turns).release()

    def _open(
        self, header: Header, data: bytes, most_bytes: int, slow: Callable[[], None]
    ) -> tuple[Facts, list[Image.Image]]:
        worker = self._free.get()  # there are as many as pictures can be opened
        kept, closings = None, self._closings
        try:
            if worker is None or not worker.alive:
                worker = self._replace(worker, closings)
            if worker is None:
                raise image_error("no_worker")
            answer, blocks = worker.ask(header, data, most_bytes, slow)
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
            self._free.put(kept or self._replace(worker, closings))

    def close(self) -> None:
        """End all processes, also in the middle of a picture. Another picture starts one again."""
        with self._lock:
            self._closings += 1
            workers, self._workers = self._workers, set()
        for worker in workers:
            worker.end()

    def _begin(self) -> Process:
        worker = Process(self.limits)
        with self._lock:
            self._workers.add(worker)
        return worker

    def _replace(self, worker: Process | None, closings: int) -> Process | None:
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
    return Pool(1, limits=limits)


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

"""The process that opens pictures for another one: ``python -m vitviz.images.worker SECONDS BYTES``.

It reads requests from its standard input and answers on its standard output (see ``vitviz.images.frames``), one after
the other, until the input ends, as it does when the other process is gone however that ended. What goes over a limit
ends the process; the other one starts a new one. It imports Pillow and numpy, never torch.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from vitviz.images.errors import ImageError
from vitviz.images.frames import Header, receive, send
from vitviz.images.open import Picture, open_image
from vitviz.images.preprocess import Preprocessing, view

STATM = Path("/proc/self/statm")
STACK = 8 << 20  # bytes of the thread that opens a picture


def main() -> None:
    """Answer requests until there are no more."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    threading.stack_size(STACK)
    while (request := receive(requests, sys.maxsize)) is not None:
        header, (data,) = request
        found: list[tuple[Header, list[bytes]]] = []

        def open_it(header: Header = header, data: bytes = data, found: Any = found) -> None:
            with _limited(seconds, memory):
                found.append(_answer(header, data))

        # A thread of its own, which whoever asked can have wait for others without the next picture waiting too.
        thread = threading.Thread(target=open_it)
        thread.start()
        thread.join()
        answer, blocks = found.pop()
        send(answers, answer, blocks)
        del request, data, answer, blocks, open_it, thread  # an idle process holds no picture


def _answer(header: Header, data: bytes) -> tuple[Header, list[bytes]]:
    try:
        picture = open_image(data, max_pixels=header["max_pixels"])
        images = [picture.image] if header["whole"] else []
        images += [view(picture.image, preprocessing(one)) for one in header["views"]]
    except ImageError as error:
        return {"error": error.code, "values": error.values}, []
    except MemoryError:
        return {"error": "memory", "values": {}}, []
    return facts(picture) | {"sizes": [image.size for image in images]}, [image.tobytes() for image in images]


def facts(picture: Picture) -> Header:
    """What is told of a picture beside its pixels."""
    return {
        "size": picture.size,
        "original_size": picture.original_size,
        "format": picture.format,
        "original_mode": picture.original_mode,
        "notes": [(note.code, note.values) for note in picture.notes],
        "sha256": picture.sha256,
    }


def preprocessing(fields: dict[str, Any]) -> Preprocessing:
    """A ``Preprocessing`` from its fields as JSON has them, with lists for tuples."""
    values: dict[str, Any] = {}
    for name, value in fields.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    return Preprocessing(**values)


@contextmanager
def _limited(seconds: float, memory: int) -> Iterator[None]:
    """Limit processor time and memory, as far as this system can."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        if STATM.exists():
            used = int(STATM.read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends the process
    yield
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()

"""A picture as a session keeps it: its file and what models saw of it last, never all its pixels.

A picture of 40 million pixels is 160 MB; its file is a few. What another model sees of it is opened from the file
again, in a process of its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from vitviz.images import Preprocessing, open_image
from vitviz.images.pool import Facts, Pool

workers = Pool(slow=1)
KEPT_VIEWS = 5
# All of a picture, small, whatever its shape: for the frame of what a model is given.
WHOLE = Preprocessing(size=400, fit="pad")
CHANNELS = 3


class ChosenPicture:
    """A picture that somebody looks at; ``make`` gives what a model sees of it.

    Attributes:
        size, original_size, notes, sha256: as of ``vitviz.images.Picture``.
    """

    def __init__(self, facts: Facts, make: Callable[[Preprocessing], Image.Image], held: int) -> None:
        self.size = facts.size
        self.original_size = facts.original_size
        self.notes = facts.notes
        self.sha256 = facts.sha256
        self._make = make
        self._held = held
        self._views: OrderedDict[Preprocessing, Image.Image] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of what it keeps."""
        with self._lock:
            return self._held + sum(CHANNELS * one.width * one.height for one in self._views.values())

    def view(self, spec: Preprocessing) -> Image.Image:
        """What a model sees of it, the same bit for bit as ``vitviz.images.view`` of the whole picture.

        Raises:
            ImageError: it had to be opened again, and there were too many others.
        """
        with self._lock:
            if spec in self._views:
                self._views.move_to_end(spec)
                return self._views[spec]
        made = self._make(spec)
        self.keep(spec, made)
        return made

    def keep(self, spec: Preprocessing, made: Image.Image) -> None:
        """Keep a view that is there already."""
        with self._lock:
            self._views[spec] = made
            while len(self._views) > KEPT_VIEWS:
                self._views.popitem(last=False)


def of_sample(path: Path) -> ChosenPicture:
    """A picture that comes with the app: it is small and known, so it stays and is opened here.

    Raises:
        ImageError: its file is damaged.
    """
    picture = open_image(path)
    facts = Facts(
        picture.size,
        picture.original_size,
        picture.format,
        picture.original_mode,
        picture.notes,
        picture.sha256,
    )
    return ChosenPicture(facts, picture.view, CHANNELS * picture.image.width * picture.image.height)


def of_upload(data: bytes, *specs: Preprocessing) -> ChosenPicture:
    """A stranger's file, opened in a process of its own; ``specs`` are the views that are wanted at once.

    Raises:
        ImageError: it cannot be opened, or it takes too much.
    """
    facts, views = workers.open(data, specs)

    def make(spec: Preprocessing) -> Image.Image:
        _, (made,) = workers.open(data, [spec])
        return made

    chosen = ChosenPicture(facts, make, len(data))
    for spec, view in zip(specs, views, strict=True):
        chosen.keep(spec, view)
    return chosen

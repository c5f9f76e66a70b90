"""Pictures on their way to the browser: encoded once, fetched from a route under a name that nobody can guess."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Callable
from typing import cast

from PIL import Image
from streamlit.runtime.scriptrunner import get_script_run_ctx

from vitviz.app import people
from vitviz.app.kept import memory
from vitviz.app.people import Person
from vitviz.memory import Memory

WIDEST = 448  # pixels of a picture that the browser gets
KEY = secrets.token_bytes(32)  # so that a name cannot be computed from a picture's content


class PictureStore:
    """PNG files by the name that they are served under, in ``memory``.

    A page names its pictures anew in every run, so that what a page shows is there when its browser asks.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def offer(self, picture: Image.Image, person: Person | None = None) -> str:
        """The name under which ``picture`` is served; writing it as PNG takes longer than seeing that it is known.

        It is kept for as long as somebody has it on a page; without a ``person`` for as long as the server runs.
        """
        about = f"{picture.mode} {picture.size}".encode() + picture.tobytes()
        return self._offer(about, lambda: picture, person)

    def offer_drawn(
        self, of: tuple[object, ...], draw: Callable[[], Image.Image], person: Person | None
    ) -> str:
        """The same for a picture that follows from ``of`` alone, which is drawn only where it is not known."""
        return self._offer(repr(of).encode(), draw, person)

    def _offer(self, about: bytes, draw: Callable[[], Image.Image], person: Person | None) -> str:
        name = hashlib.blake2b(about, digest_size=16, key=KEY).hexdigest()
        key, owner = ("picture", name), person.owner if person else ""
        if self._memory.get(key, owner) is None:
            buffer = io.BytesIO()
            draw().save(buffer, format="PNG", compress_level=1)
            file = buffer.getvalue()
            self._memory.put(key, file, len(file), owner, always=person is None)
        if person is not None:
            person.keep(key)
        return name

    def get(self, name: str) -> bytes | None:
        """The file of that name, if it is still kept."""
        return cast(bytes | None, self._memory.get(("picture", name)))


pictures = PictureStore(memory)


def picture_url(picture: Image.Image) -> str:
    """The address, relative to the app's, of a picture without loss."""
    return _address(pictures.offer(picture, _person()))


def drawn_picture_url(of: tuple[object, ...], draw: Callable[[], Image.Image]) -> str:
    """The same of a picture that follows from ``of`` alone: drawn once, not in every run."""
    return _address(pictures.offer_drawn(of, draw, _person()))


def small_picture_url(picture: Image.Image) -> str:
    """The same, no wider than ``WIDEST``: what a person sees does not depend on it, nor do any numbers."""
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, WIDEST * picture.height // picture.width))
    return picture_url(picture)


def _person() -> Person | None:
    return people.here() if get_script_run_ctx(suppress_warning=True) else None


def _address(name: str) -> str:
    return f"api/pictures/{name}.png"

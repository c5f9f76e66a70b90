"""Pictures on their way to the browser: encoded once, fetched from a route under a name that nobody can guess."""

from __future__ import annotations

import hashlib
import io
import secrets
import threading
from collections import OrderedDict

from PIL import Image

WIDEST = 448  # pixels of a picture that the browser gets
MAX_BYTES = 64 << 20
KEY = secrets.token_bytes(32)  # so that a name cannot be computed from a picture's content


class PictureStore:
    """PNG files by the name that they are served under; the least recently shown ones go first.

    A page names its pictures anew in every run, so that what a page shows is there when its browser asks.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def offer(self, picture: Image.Image) -> str:
        """The name under which ``picture`` is served; writing it as PNG takes longer than seeing that it is known."""
        pixels = picture.tobytes()
        about = f"{picture.mode} {picture.size}".encode()
        name = hashlib.blake2b(about + pixels, digest_size=16, key=KEY).hexdigest()
        with self._lock:
            if name in self._files:
                self._files.move_to_end(name)
                return name
        buffer = io.BytesIO()
        picture.save(buffer, format="PNG", compress_level=1)
        with self._lock:
            if name not in self._files:
                self._files[name] = buffer.getvalue()
                self._bytes += len(self._files[name])
            while self._bytes > self.max_bytes and len(self._files) > 1:
                _, dropped = self._files.popitem(last=False)
                self._bytes -= len(dropped)
        return name

    def get(self, name: str) -> bytes | None:
        """The file of that name, if it is still kept."""
        with self._lock:
            return self._files.get(name)


pictures = PictureStore(MAX_BYTES)


def picture_url(picture: Image.Image) -> str:
    """The address, relative to the app's, of a picture without loss."""
    return f"api/pictures/{pictures.offer(picture)}.png"


def small_picture_url(picture: Image.Image) -> str:
    """The same, no wider than ``WIDEST``: what a person sees does not depend on it, nor do any numbers."""
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, WIDEST * picture.height // picture.width))
    return picture_url(picture)

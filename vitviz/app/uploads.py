"""Checkpoint files that people send: written to disk as they come in, each person's in a folder of their own.

A file of several hundred MiB never lies in memory: the route writes each piece that arrives. The folder goes when its
person's session does, or when the model was loaded.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

PATH = "/checkpoints"  # below the app's own /api
SUFFIXES = (".safetensors", ".bin", ".pth", ".pt", ".npz", ".json")
PREFIX = "vitviz-uploads-"
MAX_FILES = 64
MAX_NAME = 120
PLAIN_NAME = re.compile(r"[\w][\w .()+=,@-]*")


# What the route answers for each code of an UploadError.
STATUS = {"name": 400, "size": 413, "count": 413, "disk": 507, "gone": 410, "length": 400}


class UploadError(ValueError):
    """A file that is not taken. ``code`` is one of ``name``, ``size``, ``count``, ``disk``, ``gone``, ``length``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UploadFolder:
    """One person's files on disk, at most ``max_bytes`` together; ends with ``clear`` or with the object."""

    def __init__(self, max_bytes: int) -> None:
        self.token = secrets.token_urlsafe(24)
        self.max_bytes = max_bytes
        above = Path(tempfile.mkdtemp(dir=_own_folder()))
        self.path = above / "upload"  # a name that sentences about its files can say
        self.path.mkdir()
        self._sizes: dict[str, int] = {}
        self._coming: dict[str, BinaryIO] = {}
        self._lock = threading.Lock()
        weakref.finalize(self, shutil.rmtree, above, ignore_errors=True)

    @property
    def files(self) -> dict[str, int]:
        """Bytes of every file that is whole, by its name."""
        with self._lock:
            return {name: size for name, size in self._sizes.items() if (self.path / name).is_file()}

    def clear(self) -> None:
        """Delete all files."""
        with self._lock:
            for name in self._sizes:
                (self.path / name).unlink(missing_ok=True)
            self._sizes.clear()

    def remove(self, name: str) -> None:
        """Delete one file, if it is there."""
        with self._lock:
            if self._sizes.pop(name, None) is not None:
                (self.path / name).unlink(missing_ok=True)

    def reserve(self, name: str, size: int, file: BinaryIO) -> None:
        """Keep ``size`` bytes of the limit for what is about to be written to ``file``.

        A file of that name goes, also one that is still coming: the limit holds for what lies on the disk.

        Raises:
            UploadError: if the name or the size is not allowed, or there are too many files.
        """
        if len(name) > MAX_NAME or not PLAIN_NAME.fullmatch(name) or not name.lower().endswith(SUFFIXES):
            raise UploadError("name")
        with self._lock:
            others = {other: taken for other, taken in self._sizes.items() if other != name}
            if len(others) >= MAX_FILES:
                raise UploadError("count")
            if sum(others.values()) + size > self.max_bytes:
                raise UploadError("size")
            (self.path / name).unlink(missing_ok=True)
            if earlier := self._coming.get(name):
                earlier.truncate(0)  # whoever writes it notices before the next piece
            self._coming[name] = file
            self._sizes = others | {name: size}

    def is_coming(self, name: str, file: BinaryIO) -> bool:
        """Whether ``file`` is still wanted, and no later one of that name."""
        with self._lock:
            return self._coming.get(name) is file

    def arrived(self, name: str, file: BinaryIO, part: Path) -> None:
        """The file is whole: it gets its name, unless another of that name is coming meanwhile.

        Raises:
            UploadError: in that case.
        """
        with self._lock:
            if self._coming.get(name) is not file:
                raise UploadError("length")
            del self._coming[name]
            part.rename(self.path / name)

    def failed(self, name: str, file: BinaryIO) -> None:
        """The file will not come, and takes no part of the limit any more."""
        with self._lock:
            if self._coming.get(name) is file:
                del self._coming[name]
                self._sizes.pop(name, None)


def _own_folder() -> Path:
    """This server's folder of uploads. What servers left behind that were killed goes with the first upload."""
    own = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    for folder in own.parent.glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX)
        if number.isdecimal() and not _runs(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
    return own


def _runs(process: int) -> bool:
    if os.name != "posix":  # elsewhere asking by a signal would be a signal
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        pass
    return True


class Uploads:
    """The folders that are open, by their token; a folder that its session let go is not there any more."""

    def __init__(self) -> None:
        self._folders: weakref.WeakValueDictionary[str, UploadFolder] = weakref.WeakValueDictionary()

    def open(self, max_bytes: int) -> UploadFolder:
        """A new empty folder; whoever keeps it keeps its files."""
        folder = UploadFolder(max_bytes)
        self._folders[folder.token] = folder
        return folder

    async def receive(self, token: str, name: str, size: int, pieces: AsyncIterator[bytes]) -> None:
        """Write a file of ``size`` bytes piece by piece; it has its name when it is whole, and leaves nothing else.

        Raises:
            UploadError: if it is not taken; see its codes.
        """
        folder = self._folders.get(token)
        if folder is None:
            raise UploadError("gone")
        part = folder.path / f".part-{secrets.token_hex(8)}"
        file = None
        try:
            file = part.open(
                "wb", buffering=0
            )  # so that a file that is not wanted any more has nothing left to write
            folder.reserve(name, size, file)
            written = 0
            async for piece in pieces:
                written += len(piece)
                if written > size or not folder.is_coming(name, file):
                    raise UploadError("length")
                await run_in_threadpool(_write, file, piece)
            if written != size:
                raise UploadError("length")
            folder.arrived(name, file, part)
        except OSError as error:
            raise UploadError("disk" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "gone") from error
        finally:
            if file is not None:
                folder.failed(name, file)
                file.close()
            part.unlink(missing_ok=True)


def _write(file: BinaryIO, piece: bytes) -> None:
    """Write all of a piece."""
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]


def upload_routes(uploads: Uploads) -> list[BaseRoute]:
    """The route that takes a file as the body of a PUT; the answer is ``{"code": "ok"}`` or an UploadError's code."""

    async def put(request: Request) -> Response:
        declared = request.headers.get("content-length", "")
        try:
            if not declared.isdecimal() or len(declared) > 15:
                raise UploadError("length")
            where = request.path_params
            await uploads.receive(where["token"], where["name"], int(declared), request.stream())
        except UploadError as error:
            return _answer(error.code, STATUS[error.code])
        except ClientDisconnect:
            return _answer("length", 400)
        return _answer("ok", 200)

    return [Route(f"{PATH}/{{token}}/{{name}}", put, methods=["PUT"])]


def _answer(code: str, status: int) -> Response:
    return JSONResponse({"code": code}, status, headers={"Cache-Control": "no-store"})


uploads = Uploads()

"""Pictures that a browser sends to Streamlit's own route: few at once, and not more bytes kept than four large ones.

A browser sends all files of one choice at the same time; those beyond the first two wait, unread, for their turn.
Streamlit keeps every file in memory that is sent under a session's name, whatever id it is sent under, until the
session ends. A page has two places for a file, the uploader and the camera.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILE = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
AT_ONCE, WAITING = 2, 24  # files of one session
SESSIONS = 4096
LARGEST = 64 << 20  # a little above server.maxUploadSize
# Of one session: what is in either place, and what is about to replace it.
KEPT, KEPT_BYTES = 32, 4 * LARGEST
BUSY = "too many files at once: wait until the others have arrived"


def in_memory() -> None:
    """Have pictures stay in memory while they arrive: Starlette writes what is above 1 MB to a disk, which can be full.

    Streamlit holds the whole file in memory after that anyway, and none is larger than this.
    """
    MultiPartParser.spool_max_size = LARGEST


@dataclass
class _Arriving:
    """Files of one session that are on their way, and how many of them may be read now."""

    count: int = 0
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))


class PictureUploads:
    """The middleware that counts them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # session -> ids of its files with their bytes, the oldest first
        self._kept: OrderedDict[str, dict[str, int]] = OrderedDict()
        self._arriving: dict[str, _Arriving] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; for a file, let an older one go where there are too many."""
        found = FILE.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        session, file = found.groups()
        arriving = self._arriving.setdefault(session, _Arriving())
        if arriving.count >= AT_ONCE + WAITING:
            await PlainTextResponse(BUSY, 429)(scope, receive, send)
            return
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        arriving.count += 1
        try:
            async with arriving.turns:
                await self.app(scope, receive, sending)
        finally:
            arriving.count -= 1
            if not arriving.count:
                self._arriving.pop(session, None)
        if 200 <= status < 300:
            self._keep(session, file, _length(scope))

    def _keep(self, session: str, file: str, length: int) -> None:
        files = self._kept.setdefault(session, {})
        self._kept.move_to_end(session)
        files[file] = length
        while len(files) > KEPT or (len(files) > 1 and sum(files.values()) > KEPT_BYTES):
            old = next(iter(files))
            del files[old]
            forget(session, old)
        while len(self._kept) > SESSIONS:
            self._kept.popitem(last=False)


def _length(scope: Scope) -> int:
    """Bytes of a request; as many as there may be where it does not say."""
    text = Headers(scope=scope).get("content-length", "")
    return int(text) if text.isdecimal() else LARGEST


def forget(session: str, file: str) -> None:
    """Have Streamlit let a file go."""
    from streamlit import runtime
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    files = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    if isinstance(files, MemoryUploadedFileManager):
        files.remove_file(session, file)

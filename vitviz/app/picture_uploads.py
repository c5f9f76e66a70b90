"""Pictures that a browser sends to Streamlit's own route: few at once, and few that are kept.

Streamlit keeps every file in memory that is sent under a session's name, whatever id it is sent under, until the
session ends. A page has two places for a file, the uploader and the camera.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict

from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILE = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
AT_ONCE = 2
KEPT = 4  # of one session: what is in either place, and what is about to replace it
SESSIONS = 4096
LARGEST = 64 << 20  # a little above server.maxUploadSize
BUSY = "too many files at once: wait until the others have arrived"


def in_memory() -> None:
    """Have pictures stay in memory while they arrive: Starlette writes what is above 1 MB to a disk, which can be full.

    Streamlit holds the whole file in memory after that anyway, and none is larger than this.
    """
    MultiPartParser.spool_max_size = LARGEST


class PictureUploads:
    """The middleware that counts them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: OrderedDict[str, list[str]] = (
            OrderedDict()
        )  # session -> ids of its files, the oldest first
        self._arriving: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; for a file, let an older one go where there are too many."""
        found = FILE.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        session, file = found.groups()
        if self._arriving[session] >= AT_ONCE:
            await PlainTextResponse(BUSY, 429)(scope, receive, send)
            return
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        self._arriving[session] += 1
        try:
            await self.app(scope, receive, sending)
        finally:
            self._arriving[session] -= 1
            if not self._arriving[session]:
                del self._arriving[session]
        if 200 <= status < 300:
            self._keep(session, file)

    def _keep(self, session: str, file: str) -> None:
        files = self._kept.setdefault(session, [])
        self._kept.move_to_end(session)
        if file not in files:
            files.append(file)
        dropped, files[:] = files[:-KEPT], files[-KEPT:]
        while len(self._kept) > SESSIONS:
            self._kept.popitem(last=False)
        for old in dropped:
            forget(session, old)


def forget(session: str, file: str) -> None:
    """Have Streamlit let a file go."""
    from streamlit import runtime
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    files = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    if isinstance(files, MemoryUploadedFileManager):
        files.remove_file(session, file)

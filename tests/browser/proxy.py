"""A proxy that puts the app below a path, as a web server in front of it does: it keeps the path or takes it away."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

HEAD_END = b"\r\n\r\n"


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.CancelledError):
        while data := await source.read(1 << 16):
            target.write(data)
            await target.drain()
    target.close()


def _changed(head: bytes, below: str, strip: bool) -> bytes | None:
    """The head of a request as it goes on, or None if it is for something else than what lies below the path.

    But for a WebSocket each connection carries one request, so that no further head has to be found in it.
    """
    first, *lines = head.removesuffix(HEAD_END).decode("latin-1").split("\r\n")
    method, path, version = first.split(" ")
    if not path.startswith(f"{below}/"):
        return None
    if not any(line.lower().startswith("upgrade:") for line in lines):
        lines = [line for line in lines if not line.lower().startswith("connection:")] + ["Connection: close"]
    path = path.removeprefix(below) if strip else path
    return "\r\n".join([f"{method} {path} {version}", *lines]).encode("latin-1") + HEAD_END


@contextlib.contextmanager
def proxy(port: int, below: str, strip: bool) -> Iterator[str]:
    """The address of what ``port`` of this machine serves, here below ``below`` (``/viz``)."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = _changed(await reader.readuntil(HEAD_END), below, strip)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        if head is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        there, back = await asyncio.open_connection("localhost", port)
        back.write(head)
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    # In a loop of its own: Playwright keeps this thread's.
    starting = asyncio.run_coroutine_threadsafe(asyncio.start_server(connected, "127.0.0.1", 0), loop)
    server = starting.result(timeout=10)
    try:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}{below}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)

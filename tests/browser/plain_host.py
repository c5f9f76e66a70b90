"""A page without Streamlit: the browser parts' own files and bytes that a test makes, served on loopback."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image
from playwright.sync_api import JSHandle, Page

from vitviz.payload import pack_data

PACKAGE = Path(__file__).parents[2] / "vitviz"
TYPES = {".js": "text/javascript", ".css": "text/css"}


def data_url(picture: Image.Image) -> str:
    """A picture as an address that needs no server."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


ARRIVE = """async (text) => {
const { unpackData } = await import("/web/shared/payload.js");
return unpackData(Uint8Array.from(atob(text), (character) => character.charCodeAt(0))); }"""


def arrived(page: Page, data: object) -> JSHandle:
    """``data`` as a browser part of that page gets it, to hand to a script of the page."""
    return page.evaluate_handle(ARRIVE, base64.b64encode(pack_data(data)).decode())


PAGE = """<!doctype html><meta charset="utf-8">
<style>body { margin: 12px; --st-font: sans-serif; --st-code-font: monospace; --st-text-color: #222;
--st-background-color: #fff; --st-border-color: #ccc; --st-primary-color: #2050d0; }</style>
<link rel="stylesheet" href="/web/shared/common.css"><link rel="stylesheet" href="/web/explorer/explorer.css">
<div class="vv" id="root"></div>"""


class PlainHost:
    """``files`` are served under ``/given/``; everything else comes from the package."""

    def __init__(self, port: int) -> None:
        self.address = f"http://localhost:{port}"
        self.files: dict[str, bytes] = {}

    def give(self, path: str, content: bytes | object) -> str:
        """Serve bytes, or plain data as JSON; returns the address."""
        self.files[path] = content if isinstance(content, bytes) else json.dumps(content).encode()
        return f"/given/{path}"

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Type and content of what is at a path."""
        if path == "/":
            return "text/html", PAGE.encode()
        if path.startswith("/given/"):
            content = self.files.get(path.removeprefix("/given/"))
            return None if content is None else ("application/octet-stream", content)
        file = PACKAGE / path.lstrip("/")
        return (TYPES[file.suffix], file.read_bytes()) if file.is_file() and file.suffix in TYPES else None


@contextmanager
def plain_host() -> Iterator[PlainHost]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = host.answer(self.path.partition("?")[0])
            self.send_response(200 if answer else 404)
            kind, content = answer or ("text/plain", b"nothing here")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = PlainHost(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)

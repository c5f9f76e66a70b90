"""A hub on loopback: the file routes of a hub, from folders that a test writes, for the real ``huggingface_hub``."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

FIRST, SECOND = "1" * 40, "2" * 40
LARGE = (".safetensors", ".bin")  # kept apart, by their sha256, as a hub does with what is not text


@dataclass
class Repository:
    """One model: a folder for each commit, and which commit a name stands for."""

    commits: dict[str, Path]
    names: dict[str, str]
    gated: bool = False


@dataclass
class Hub:
    """What the server has and how it misbehaves, and what was asked of it."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    endpoint: str = ""
    asked: list[str] = field(default_factory=list)
    cut_once: str = ""  # the connection breaks in the middle of this file, the first time
    wrong_bytes: str = ""  # this file arrives with other bytes of the same length
    withheld: str = ""  # this file is listed and not there

    def add(self, name: str, folder: Path) -> Repository:
        """A model with one commit, at main."""
        self.repositories[name] = Repository({FIRST: folder}, {"main": FIRST})
        return self.repositories[name]


class _Handler(BaseHTTPRequestHandler):
    hub: ClassVar[Hub]
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *args: object) -> None:
        """Nothing is printed."""

    def _answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.hub.asked.append(f"{self.command} {path}")
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
            self._about(match[1], match[2] or "main")
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self._file(match[1], match[2], match[3], body)
        else:
            self._refuse(404, "RepoNotFound")

    def _find(self, name: str, revision: str) -> tuple[str, Path] | None:
        """Commit and folder; None once a refusal was sent."""
        repository = self.hub.repositories.get(name)
        if repository is None:
            self._refuse(401, "RepoNotFound")
            return None
        commit = repository.names.get(revision, revision)
        if commit not in repository.commits:
            self._refuse(404, "RevisionNotFound")
            return None
        return commit, repository.commits[commit]

    def _about(self, name: str, revision: str) -> None:
        if (found := self._find(name, revision)) is None:
            return
        siblings: list[dict[str, Any]] = []
        for path in sorted(found[1].iterdir()):
            sibling: dict[str, Any] = {"rfilename": path.name, "size": path.stat().st_size}
            if path.name.endswith(LARGE):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                sibling["lfs"] = {"sha256": digest, "size": path.stat().st_size, "pointerSize": 134}
            siblings.append(sibling)
        self._send(200, json.dumps({"id": name, "sha": found[0], "siblings": siblings}).encode())

    def _file(self, name: str, revision: str, file: str, body: bool) -> None:
        if (found := self._find(name, revision)) is None:
            return
        if self.hub.repositories[name].gated:
            self._refuse(403, "GatedRepo")
            return
        path = found[1] / file
        if not path.is_file() or file == self.hub.withheld:
            self._refuse(404, "EntryNotFound", {"X-Repo-Commit": found[0]})
            return
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        headers = {"X-Repo-Commit": found[0], "ETag": f'"{digest}"', "X-Linked-Size": str(len(data))}
        if file == self.hub.wrong_bytes:
            data = data[:-4] + b"\0\0\0\0"
        start = int(match[1]) if (match := re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cut = body and file == self.hub.cut_once
        if cut:
            self.hub.cut_once = ""
        self._send(206 if start else 200, data[start:], headers, body, len(data) // 2 if cut else None)

    def _refuse(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        self._send(status, b"{}", {"X-Error-Code": code, **(headers or {})})

    def _send(
        self,
        status: int,
        data: bytes,
        headers: dict[str, str] | None = None,
        body: bool = True,
        only: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body and self.command == "GET":
            self.wfile.write(data[:only])
        if only is not None:
            self.close_connection = True


@contextmanager
def serve() -> Iterator[Hub]:
    """A hub without models, for as long as the block runs."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()

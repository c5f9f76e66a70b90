"""A real nginx with the configuration of docs/nginx.conf, in a folder of its own and without a service."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.browser.conftest import ROOT

SITE = ROOT / "docs" / "nginx.conf"
AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    log_format upstreams "$upstream_addr $upstream_status $request_uri";
    access_log {folder}/access.log upstreams;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Answered(NamedTuple):
    """One line of nginx's log: which server answered what."""

    server: str
    status: str
    path: str


class Nginx(NamedTuple):
    address: str
    folder: Path

    @property
    def answered(self) -> list[Answered]:
        lines = (self.folder / "access.log").read_text(encoding="utf-8").splitlines()
        return [Answered(*line.split(" ", 2)) for line in lines]


@contextmanager
def nginx(folder: Path, servers: tuple[int, int], changes: Mapping[str, str] = {}) -> Iterator[Nginx]:
    """The site in front of two ports of this machine; ``changes`` is what stands in the place of some of its texts."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        how = "no nginx found: 'apt-get install nginx-light' lets the tests of proxies run"
        if os.environ.get("VITVIZ_NEED_BROWSER"):
            pytest.fail(how)
        pytest.skip(how)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = SITE.read_text(encoding="utf-8")
    ports = {"listen 80;": f"listen 127.0.0.1:{port};", "viz.example.org;": "localhost;"}
    for number, server in zip((8501, 8502), servers, strict=True):
        ports[f"127.0.0.1:{number};"] = f"127.0.0.1:{server};"
    for old, new in (dict(changes) | ports).items():
        assert site.count(old) == 1, old
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
    process = subprocess.Popen(
        [program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    )
    try:
        wait_for_port(port)
        yield Nginx(f"http://localhost:{port}/viz", folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for_port(port: int, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nginx did not listen within {seconds} s")

"""A server of its own for tests that damage files, break pages, or kill it: the app from a folder of links."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.browser.conftest import ROOT, wait_for


class OwnServer:
    """The app in ``folder``, whose assets are links to the real ones; ``prepare`` is Python that runs before the app.

    It keeps its port when it is started again, as a service does. ``log`` is all that it wrote.
    """

    def __init__(self, folder: Path, prepare: str = "", **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        for name in ("vitviz", ".streamlit", "lessons"):
            (folder / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "assets", folder / "assets", copy_function=os.symlink)
        app = (ROOT / "app.py").read_text(encoding="utf-8")
        (folder / "app.py").write_text(app.replace("\napp = ", f"\n{prepare}\napp = "), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://localhost:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def damage(self, asset: str, content: bytes) -> None:
        path = self.folder / "assets" / asset
        path.unlink()
        path.write_bytes(content)

    def start(self, *options: str) -> None:
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "app.py",
            "--server.port",
            str(self.port),
            *options,
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, env=os.environ | self.environment
            )
        wait_for(f"{self.address}/_stcore/health")

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)

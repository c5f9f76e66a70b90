"""JupyterLab and marimo as a person would start them, but in a folder of their own and asking no other machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.conftest import ROOT, wait_for

LAB_CONFIG = """
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.expose_app_in_browser = True
c.LabApp.user_settings_dir = {settings!r}
c.IdentityProvider.token = ""
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
"""
# Runs a cell of the notebook that is open; waits for its end where it is told to.
RUN_CELL = """async ([at, wait]) => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.ready;
  panel.content.activeCellIndex = at;
  const done = window.jupyterapp.commands.execute('notebook:run-cell');
  if (wait) await done;
}"""


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """A notebook that nobody has run."""
    made = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "source": text,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for number, text in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole: dict[str, Any] = {
        "cells": made,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(whole), encoding="utf-8")


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that shows the notebooks in ``folder``."""
    home = folder / "home"
    home.mkdir()
    (home / "jupyter_lab_config.py").write_text(
        LAB_CONFIG.format(settings=str(home / "settings")), encoding="utf-8"
    )
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false"}', encoding="utf-8")
    environment = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("DATA", "RUNTIME")} | {
        "JUPYTER_CONFIG_DIR": str(home),
        "IPYTHONDIR": str(home / "ipython"),
    }
    options = ["-m", "jupyterlab", "--ServerApp.root_dir", str(folder), "--ServerApp.ip", "127.0.0.1"]
    with _served(options, "--ServerApp.port", "api", environment, folder) as address:
        yield address


@contextmanager
def marimo(notebook: Path) -> Iterator[str]:
    """The address of a marimo that runs a notebook, which is a Python file."""
    home = notebook.parent / "home"
    home.mkdir()
    environment = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home)}
    options = [
        "-m",
        "marimo",
        "--yes",
        "run",
        str(notebook),
        "--headless",
        "--no-token",
        "--host",
        "127.0.0.1",
    ]
    with _served(options, "--port", "health", environment, notebook.parent) as address:
        yield address


@contextmanager
def _served(
    options: Sequence[str], port_option: str, alive: str, environment: Mapping[str, str], folder: Path
) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *options, port_option, str(port)],
            cwd=folder,
            env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/{alive}")
        yield address
    finally:
        process.terminate()  # JupyterLab ends its kernels first
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

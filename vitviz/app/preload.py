"""What a server that nobody has visited yet uses the time for: what the first page and the first prediction need.

All of it is imported in the background, in that order, so that the first page need not wait for torch.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from vitviz.app import pages, session, words
from vitviz.app.chosen_picture import workers
from vitviz.app.kept import collect_everything
from vitviz.app.pictures import small_picture_url
from vitviz.samples import SAMPLES
from vitviz.web import modules
from vitviz.zoo.registry import find

log = logging.getLogger(__name__)
# Seconds after which Python hands over to another thread that wants to run, instead of its own 0.005: while torch is
# being imported, whoever answers a browser waits that long each time that it has something to do.
HAND_OVER = 0.0005


def start() -> None:
    """Begin, and do not wait."""
    threading.Thread(target=_preload, daemon=True).start()


def _preload() -> None:
    try:
        first_page()
    except Exception as error:  # a damaged file, say: whoever opens the page reads what to do
        log.warning("the first page could not be prepared: %s", error)
    before = sys.getswitchinterval()
    sys.setswitchinterval(HAND_OVER)
    try:
        torch()
    finally:
        sys.setswitchinterval(before)
    collect_everything()
    workers.start()


def first_page() -> None:
    """Read and compute what the first page shows before the model has run."""
    pages.import_page(pages.FIRST)
    modules.files()
    words.table()
    small_picture_url(session.sample_picture(SAMPLES[0]).view(find(session.DEFAULT_MODEL).preprocessing))


def torch() -> None:
    """Import what the first trace needs, which takes longer than the trace itself."""
    _load_libraries()
    importlib.import_module("vitviz.tracing.trace")
    importlib.import_module("vitviz.zoo.load")


def _load_libraries() -> None:
    """Let the system load torch's libraries by a call that lets other threads run; Python's import does not."""
    found = find_spec("torch")
    if found is None or found.origin is None or not hasattr(os, "RTLD_LAZY"):
        return
    load = ctypes.CDLL(None).dlopen
    load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for library in ("libtorch_cpu", "libtorch_python"):
        for path in Path(found.origin).parent.glob(f"lib/{library}.*"):
            load(bytes(path), os.RTLD_LAZY)

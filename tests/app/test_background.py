"""Threads that compute are stopped, and waited for, before Python ends."""

from __future__ import annotations

import subprocess
import sys
import threading

from vitviz.app.background import begin, end_all

AT_WORK = """
import threading, time
from vitviz.app.background import begin
stopped = threading.Event()
def work():
    stopped.wait()
    time.sleep(0.2)
    print("ended", flush=True)
begin(work, stopped.set)
"""


def test_what_runs_is_stopped_and_waited_for() -> None:
    stopped = threading.Event()
    thread = begin(lambda: stopped.wait(20), stopped.set)
    end_all()
    assert stopped.is_set()
    assert not thread.is_alive()


def test_python_waits_for_it_at_its_end() -> None:
    run = subprocess.run([sys.executable, "-c", AT_WORK], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, "ended\n"), run.stderr

"""Whether a hub can be asked at all: found out beside the page, for everybody, before anybody asks for a model."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

SECONDS = 3.0  # until a hub that does not answer counts as out of reach
GOOD_FOR = 60.0  # seconds that an answer is believed


class Reach:
    """Asks in a thread of its own, so that nobody has to wait for the answer.

    ``ask`` says whether the hub answers, ``clock`` gives seconds.
    """

    def __init__(self, ask: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._lock = threading.Lock()
        self._answer: bool | None = None
        self._asked: float | None = None
        self._thread: threading.Thread | None = None

    def known(self, wait: float = 0.0) -> bool | None:
        """The last answer; None before the first, for which it waits so many seconds. An old one is asked for anew."""
        with self._lock:
            old = self._asked is None or self._clock() - self._asked > GOOD_FOR
            if old and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            first = self._thread if self._answer is None else None
        if first is not None:
            first.join(wait)
        return self._answer

    def _run(self) -> None:
        answer = self._ask()
        with self._lock:
            self._answer, self._asked = answer, self._clock()


def hub_answers() -> bool:
    """Whether the hub that is set answers in ``SECONDS``; never, in the offline mode, where it is not asked."""
    try:
        from huggingface_hub import constants
    except ImportError:
        return False
    if constants.is_offline_mode():
        return False
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):
            return True
    except urllib.error.HTTPError:  # it answers, whatever it is
        return True
    except (OSError, ValueError):
        return False


hub_reach = Reach(hub_answers)

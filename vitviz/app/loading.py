"""A checkpoint on its way into memory: in a thread of its own, so that a page can show how far it is and stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal, NamedTuple

from vitviz.app import faults
from vitviz.app.kept import turns
from vitviz.turns import Turns
from vitviz.zoo.errors import Cancelled, CheckpointError

if TYPE_CHECKING:
    from vitviz.zoo.load import Model
    from vitviz.zoo.source import Progress, Step

# One at a time has the memory for its weights; others wait. A download takes none and does not wait.
_loads = Turns(1)


class State(NamedTuple):
    """How far it is: ``done`` of ``total`` bytes of ``step``; ``total`` is None where nobody knows.

    Of "wait" ``done`` is how many others are before.
    """

    step: Step | Literal["wait"]
    done: int
    total: int | None


class Loading:
    """One call of ``vitviz.load_model`` for ``owner`` beside the page. ``load`` gets the callback for its progress.

    Ends with ``model``, ``error`` (a sentence for the person), ``fault`` (the id under which the log has what nobody
    foresaw), or none of them where it was stopped.
    """

    def __init__(self, load: Callable[[Progress], Model], owner: str = "") -> None:
        self.state = State("wait", 0, None)
        self.model: Model | None = None
        self.error: CheckpointError | None = None
        self.fault = ""
        self.started = time.monotonic()
        self._load = load
        self._stop = threading.Event()
        self._owner = owner
        self._turn = ExitStack()
        self._has_turn = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Let it end at its next step; what was downloaded stays in the cache."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end, at most so long."""
        self._thread.join(seconds)

    def _progress(self, step: Step, done: int, total: int | None) -> None:
        if step != "download":
            self._take_turn()
        if self._stop.is_set():
            raise Cancelled
        self.state = State(step, done, total)

    def _take_turn(self) -> None:
        if not self._has_turn:
            self._turn.enter_context(_loads.take("heavy", self._owner, self._waiting))
            self._turn.enter_context(turns.take("heavy", self._owner, self._waiting))
            self._has_turn = True

    def _waiting(self, before: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        self.state = State("wait", before, None)

    def _run(self) -> None:
        try:
            self.model = self._load(self._progress)
        except Cancelled:
            pass
        except CheckpointError as error:
            self.error = error
        except Exception as error:  # whatever it is, the person gets an id and the log the rest
            self.fault = faults.note("loading a checkpoint", error)
        finally:
            self._turn.close()

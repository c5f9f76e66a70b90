"""A sweep in a thread of its own: watched while it runs, stopped at any step, what it has stays."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import background, networks, people
from vitviz.app.kept import turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitviz.analysis.interventions.sweep import Sweep
    from vitviz.tracing.trace import Trace

KEY = "interventions.sweep.run"
BEGUN = "interventions.sweep.begun"  # which sweep was begun last: one that ended at once is not begun again by itself


@dataclass
class SweepRun:
    """Computes a sweep step by step, each when it is this person's turn."""

    sweep: Sweep
    turn: Callable[[], AbstractContextManager[object]]
    finished: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """End it before the next step."""
        self.stopped.set()

    def run(self) -> None:
        """Go on from where the sweep was left; returns when it is done or after ``stop``."""
        import torch

        torch.set_num_threads(1)
        steps = self.sweep.steps()
        try:
            while not self.stopped.is_set():
                with self.turn():
                    if next(steps, None) is None:
                        return
        finally:
            self.finished = True


def running() -> SweepRun | None:
    """What this person's browser waits for, if it still goes on."""
    kept: SweepRun | None = st.session_state.get(KEY)
    if kept is not None and kept.finished:
        del st.session_state[KEY]  # and with it the run of the model that it holds
        return None
    return kept


def start(sweep: Sweep, trace: Trace) -> SweepRun:
    """Begin or go on; another sweep that still runs is stopped."""
    stop()
    person = people.here()
    lane = networks.lane_of_run(trace)
    begun = SweepRun(sweep, lambda: turns.take(lane, person.owner))
    person.ends(begun)
    st.session_state[KEY] = begun
    st.session_state[BEGUN] = id(sweep)
    background.begin(begun.run, begun.stop)
    return begun


def was_begun(sweep: Sweep) -> bool:
    """Whether it is the one that was begun last."""
    return bool(st.session_state.get(BEGUN) == id(sweep))


def stop() -> None:
    """End what runs; what it has computed stays in its sweep."""
    kept: SweepRun | None = st.session_state.pop(KEY, None)
    if kept is not None:
        kept.stop()

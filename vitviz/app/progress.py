"""Long work in steps: a bar shows how far it is, and any other choice of the person ends it at the next step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from vitviz.app import people, session
from vitviz.app.words import say

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.probe import Probe

T = TypeVar("T")


def in_steps(steps: Iterator[T], count: int, text: str) -> Iterator[T]:
    """The results of ``steps``, about ``count``, each computed while one of the server's cores is held.

    Streamlit ends a script that is not wanted any more when it next shows something: here after each step.
    """
    bar = st.progress(0.0, text)
    done = 0

    def waiting(before: int) -> None:
        people.still_wanted()
        if before:
            bar.progress(min(1.0, done / count), f"{text} ({say('queue.before', count=before)})")

    while True:
        with session.gate(waiting):
            result = next(steps, None)
        if result is None:
            break
        yield result
        done += 1
        bar.progress(min(1.0, done / count), text)
    bar.empty()


class ShortRuns:
    """Many short runs that are timed: each in the person's turn, so that others' work gets in between.

    Streamlit ends a script that is not wanted any more when it next shows something: in ``place``, before each run.
    """

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place
        self._now = (0.0, "")

    def at(self, done: float, text: str) -> None:
        """From the next run on show how far all are, and what is done."""
        self._now = (done, text)

    @contextmanager
    def gate(self) -> Iterator[None]:
        """One run."""
        self._place.progress(*self._now)
        with session.gate():
            yield


@contextmanager
def block_by_block(count: int, text: str) -> Iterator[Probe]:
    """The same for runs of a model: the probe that is given counts their blocks, ``count`` in all."""
    from vitviz.analysis.position.runs import AfterBlock

    bar, done = st.progress(0.0, text), 0

    def block_done() -> None:
        nonlocal done
        done += 1
        bar.progress(min(1.0, done / count), text)

    yield AfterBlock(block_done)
    bar.empty()

"""Who is here: each browser tab is a person, with a number that says nothing about them, and things that end with them.

A tab that is closed, or cannot be reached, for ``GRACE`` seconds has left.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple, Protocol
from weakref import ref

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from vitviz.app.kept import memory
from vitviz.memory import Key

GRACE = 40.0
KEPT = {"trace": 4, "picture": 100, "atlas": 1}  # of one person, besides what the server's budget allows
PERSON = "person"


class Stoppable(Protocol):
    """Work in a thread of its own."""

    def stop(self) -> None:
        """End soon."""
        ...


class Person:
    """One tab. ``owner`` is what is theirs in ``memory``, and as hard to guess as a token."""

    def __init__(self, number: int, session_id: str) -> None:
        self.owner = secrets.token_urlsafe(16)
        self.number = number
        self.session_id = session_id
        self._work: list[ref[Stoppable]] = []
        self._kept: dict[str, OrderedDict[Key, None]] = {}

    def ends(self, work: Stoppable) -> None:
        """Stop this work when the person has left, if it still goes on then."""
        self._work = [other for other in self._work if other() is not None] + [ref(work)]

    def stop(self) -> None:
        """Stop all work of theirs."""
        for each in self._work:
            if (work := each()) is not None:
                work.stop()

    def keep(self, key: Key) -> None:
        """An item of ``memory`` is used by this person; those of its kind that they used longest ago may go."""
        mine = self._kept.setdefault(str(key[0]), OrderedDict())
        mine[key] = None
        mine.move_to_end(key)
        most = KEPT[str(key[0])]
        while len(mine) > most or (len(mine) > 1 and memory.bytes_of(mine) > memory.max_bytes // 8):
            memory.release(mine.popitem(last=False)[0], self.owner)


class Left(NamedTuple):
    """A session whose person has left: its id, and Streamlit's own object, which holds runs in callbacks."""

    session_id: str
    session: ref[Any] | None


@dataclass
class _Known:
    person: ref[Person]
    owner: str
    number: int
    session_id: str
    session: ref[Any] | None
    absent_since: float | None = None


class People:
    """All persons who have not left yet."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def arrive(self, session_id: str) -> Person:
        """A new person in Streamlit's session of that id."""
        person = Person(next(self._numbers), session_id)
        session = runtime.get_instance().get_app_session(session_id) if runtime.exists() else None
        known = _Known(
            ref(person), person.owner, person.number, session_id, ref(session) if session else None
        )
        with self._lock:
            self._known[person.owner] = known
        return person

    def numbers(self) -> dict[str, int]:
        """Each person's number, by what their things are owned by."""
        with self._lock:
            return {known.owner: known.number for known in self._known.values()}

    def is_here(self, owner: str) -> bool:
        """Whether somebody with these things is connected, or may come back."""
        with self._lock:
            return owner in self._known

    def sweep(self, is_connected: Callable[[str], bool], now: float | None = None) -> list[Left]:
        """End what belongs to people who have left; their sessions."""
        now = time.monotonic() if now is None else now
        with self._lock:
            known = list(self._known.values())
        left = [each for each in known if self._has_left(each, is_connected, now)]
        for each in left:
            person = each.person()
            if person is not None:
                person.stop()
            with self._lock:
                self._known.pop(each.owner, None)
            memory.leave(each.owner)
        # A person whose session let go of them may have a successor in it.
        return [Left(each.session_id, each.session) for each in left if each.absent_since is not None]

    def _has_left(self, known: _Known, is_connected: Callable[[str], bool], now: float) -> bool:
        if known.person() is None:
            return True
        if is_connected(known.session_id):
            known.absent_since = None
            return False
        if known.absent_since is None:
            known.absent_since = now
        return now - known.absent_since >= GRACE


people = People()


def here() -> Person:
    """The person whose script this is."""
    person: Person | None = st.session_state.get(PERSON)
    if person is None:
        context = get_script_run_ctx(suppress_warning=True)
        person = st.session_state[PERSON] = people.arrive(context.session_id if context else "")
    return person


def still_wanted() -> None:
    """Go on; where the person chose something else, left the page or closed the tab, end the script instead.

    To be called between steps of long work in a script's own thread. Reading what a session keeps is one of the places
    where Streamlit ends a script.
    """
    st.session_state.get(PERSON)

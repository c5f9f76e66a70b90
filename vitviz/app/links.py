"""The part of a page's address that its settings are written into, and read from when somebody arrives by a link.

Every setting that a page reads in a run has its place here. A link is a query: one parameter a setting, the setting's
name and its value, left out where the value is the page's own default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import streamlit as st

from vitviz.tracing.planned_edit import RANGES, numbers_of

T = TypeVar("T")
KEY = "links"
# Names of settings in links that were written before, and what they are now.
FORMER = {
    "layer": "block",
    "stream.block": "block",
    "stream.unit": "mlp.unit",
    "stream.part": "attribution.part",
    "stream.channel": "attribution.channel",
    "loss.channel": "class_scores.channel",
    "layer_norm.outlier": "norm_depth.channel",
    "attention.picture": "beside.picture",
    "attention.model": "beside.model",
}
DIGITS = 9  # of a whole number in a link; nothing here has as many


@dataclass
class Links:
    """What a link asks for, what the page that is open has read, and what was not understood."""

    asked: dict[str, str] = field(default_factory=dict)
    arrival: int = 0  # counts links that were followed
    taken: set[str] = field(default_factory=set)  # keys of settings that have read the last link
    read: dict[str, tuple[str, str]] = field(default_factory=dict)  # parameter -> text, text of the default
    bad: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] | None = None  # the query that the address has, or soon will have
    page: str = ""  # the one that is open
    # Pages with the queries that they have had since the one that the browser sent last, which are no links.
    known: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def arrive(self, query: dict[str, str]) -> None:
        """Somebody followed a link: every setting that its page reads is what the link says, or its default."""
        self.asked, self.taken, self.bad = dict(query), set(), {}
        self.arrival += 1

    def become(self, query: dict[str, str]) -> None:
        """The address will be this query; the browser may send what it had before once more."""
        self.written = query
        self.known.append((self.page, query))

    def begin(self, page: str) -> None:
        """A run of the whole page begins."""
        self.read, self.page = {}, page

    def finished(self) -> dict[str, str]:
        """The page is complete: what it read and is not a default. What its link asked for beside that is forgotten."""
        self.asked = {}
        return {name: text for name, (text, default) in self.read.items() if text != default}


def as_now(query: Mapping[str, str]) -> dict[str, str]:
    """A link's query with the names that its settings have now."""
    return {FORMER.get(name, name): text for name, text in query.items()}


def current() -> Links:
    """Those of this person."""
    links: Links = st.session_state.setdefault(KEY, Links())
    return links


def take(name: str, key: str, default: T, read: Callable[[str], T]) -> tuple[bool, T]:
    """Whether a link was followed that the setting under ``key`` has not read yet, and then its value.

    Where the link leaves the parameter ``name`` out, or its text is not understood, that is ``default``.
    """
    links = current()
    if not links.asked or key in links.taken:
        return False, default
    links.taken.add(key)
    if name not in links.asked:
        return True, default
    try:
        return True, read(links.asked[name])
    except ValueError:
        links.bad[name] = links.asked[name]
        return True, default


def note(name: str, text: str, default: str) -> None:
    """The page reads a setting whose value is ``text``."""
    current().read[name] = (text, default)


def changed(name: str, text: str) -> None:
    """A setting has another value now; the address follows at once where the open page has read it."""
    links = current()
    known = links.read.get(name)
    if known is None or known[0] == text or links.written is None:
        return
    links.read[name] = (text, known[1])
    query = {key: value for key, value in links.written.items() if key != name}
    if text != known[1]:
        query[name] = text
    links.become(query)
    st.query_params.from_dict(query)


def whole(text: str) -> int:
    """A whole number as a link has it.

    Raises:
        ValueError: if it is none, or has more digits than anything here.
    """
    if not re.fullmatch(rf"[0-9]{{1,{DIGITS}}}", text):
        raise ValueError(text)
    return int(text)


def signed(text: str) -> int:
    """The same, negative ones too.

    Raises:
        ValueError: if it is none.
    """
    return -whole(text[1:]) if text.startswith("-") else whole(text)


def numbers(text: str) -> list[int]:
    """Whole numbers in order, each once, as ``ranges_of`` writes them: ``5-9_12``; none for no text.

    Raises:
        ValueError: if the text is something else.
    """
    if text and not re.fullmatch(RANGES, text):
        raise ValueError(text)
    return list(numbers_of(text))


def one_of(options: Collection[T]) -> Callable[[str], T]:
    """What reads one of these words; it raises ``ValueError`` for others."""
    by_text = {written(option): option for option in options}

    def read(text: str) -> T:
        if text not in by_text:
            raise ValueError(text)
        return by_text[text]

    return read


def decimal(text: str) -> float:
    """A finite decimal number as a link has it.

    Raises:
        ValueError: if it is none.
    """
    if not re.fullmatch(rf"-?[0-9]{{1,{DIGITS}}}(\.[0-9]{{1,{DIGITS}}})?", text):
        raise ValueError(text)
    return float(text)


def flag(text: str) -> bool:
    """1 or 0.

    Raises:
        ValueError: if it is neither.
    """
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def written(value: object) -> str:
    """A value as a link has it."""
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

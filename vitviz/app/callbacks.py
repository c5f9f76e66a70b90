"""Callbacks of widgets, kept for as long as their widget is on the page.

Streamlit keeps what a widget was made with until its session ends, also of a widget that another model or picture has
replaced. What it gets from this module holds a name alone, so that the run and the network that a callback needs can
go once no page shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

KEPT = "callbacks"


@dataclass
class _Kept:
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)  # their names, of the run of the script that goes on


@dataclass(frozen=True)
class _Named:
    name: str

    def __call__(self, *args: Any) -> Any:
        function = _kept().functions.get(self.name)
        return function(*args) if function is not None else None


def _kept() -> _Kept:
    kept: _Kept = st.session_state.setdefault(KEPT, _Kept())
    return kept


def begin() -> None:
    """The script runs for the whole page. What the page before needed stays: a person may still use it."""
    _kept().made.clear()


def end() -> None:
    """The whole page is there: let go what it did not ask for again."""
    kept = _kept()
    kept.functions = {name: kept.functions[name] for name in kept.made}


def named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """What calls ``function`` until the page no longer has a widget that asks for one of this ``name``."""
    kept = _kept()
    kept.functions[name] = function
    kept.made.add(name)
    return _Named(name)

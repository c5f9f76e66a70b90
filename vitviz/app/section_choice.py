"""Which section of a page is open, where a page shows one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from vitviz.app.settings import Setting

Name = TypeVar("Name", bound=str)


def choose_section(
    setting: Setting[Name], names: Sequence[Name], label: str, title: Callable[[Name], str]
) -> Name:
    """The sections of a page side by side; the first is open until a person chooses another one.

    The choice also lives in the settings, because a widget forgets when its page is left. In another language it is
    another widget.
    """
    key = _key(setting)
    st.session_state.setdefault(key, setting.get(names[0]))
    chosen = st.segmented_control(
        label, names, format_func=title, key=key, required=True, label_visibility="collapsed"
    )
    section = chosen or names[0]
    setting.set(section)
    return section


def open_section(setting: Setting[Name], name: Name) -> None:
    """From a callback: open another section."""
    setting.set(name)
    st.session_state[_key(setting)] = name


def _key(setting: Setting[Name]) -> str:
    return f"{setting.name}.{st.session_state.get('language', 'en')}"

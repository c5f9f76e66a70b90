"""Answer a choice with the parts of a page that it concerns, not with the whole page."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import streamlit as st
from streamlit.errors import StreamlitAPIException

from vitviz.app import tokens
from vitviz.zoo.registry import ModelEntry


def token_chosen(
    model: ModelEntry, *parts: str, grid: tuple[int, int] | None = None
) -> Callable[[int], None]:
    """For a picture of a page: another token of the map of ``grid`` is looked at, which concerns these parts."""

    def chosen(token: int) -> None:
        tokens.choose(model, token, grid)
        only(*parts)

    return chosen


def only(*parts: str) -> NoReturn:
    """From a callback: run only the fragments with these keys. While some are not there yet, the whole page runs."""
    try:
        st.rerun(list(parts))
    except StreamlitAPIException:
        st.rerun()

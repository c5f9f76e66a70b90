"""After a choice run only the fragments of a page that it concerns, not the whole page."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import streamlit as st
from streamlit.errors import StreamlitAPIException

from vitviz.app import tokens
from vitviz.zoo.registry import ModelEntry


def token_chosen(
    model: ModelEntry, *fragments: str, grid: tuple[int, int] | None = None
) -> Callable[[int], None]:
    """The callback of a map of ``grid``: its token becomes the current one, and these fragments run again."""

    def on_choose(token: int) -> None:
        tokens.choose(model, token, grid)
        rerun_only(*fragments)

    return on_choose


def rerun_only(*fragments: str) -> NoReturn:
    """From a callback: run only the fragments with these keys. While some are not there yet, the whole page runs."""
    try:
        st.rerun(list(fragments))
    except StreamlitAPIException:
        st.rerun()


def rerun_this() -> NoReturn:
    """From a fragment: run it again; in a run of the whole page, the page."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()

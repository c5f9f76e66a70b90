"""The explorer of this page as one HTML file that a person takes along."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from vitviz.app import session
from vitviz.app.model_titles import title
from vitviz.app.words import language, say

if TYPE_CHECKING:
    from vitviz.app.chosen_picture import ChosenPicture
    from vitviz.zoo.registry import ModelEntry

MOST = 64  # MiB that a file may be estimated at
AROUND = 0.4  # MiB of script, picture and page
PACKED = 1.17  # bytes of text for a byte of q and k: gzip takes a little off, base64 puts a third on
MADE = "attention.file_made"  # what the file in the fold was made of
FILE: session.Derived[bytes] = session.Derived("the explorer as an HTML file")


class FileRun(NamedTuple):
    """A run that goes into the file, and what its picture is called."""

    model: ModelEntry
    picture: ChosenPicture
    name: str


@st.fragment
def save_file(runs: Sequence[FileRun], shown: Callable[[], dict[str, Any]]) -> None:
    """A fold: how large the file would be, a button that makes it, and one that hands it over.

    The file opens in what ``shown()`` says that the page shows at the time.
    """
    with st.expander(say("attention.file")):
        size = sum(mebibytes(run) for run in runs) + AROUND
        if size > MOST:
            st.caption(say("attention.file_large", size=f"{size:.0f}", most=MOST))
            return
        st.caption(say("attention.file_about", size=f"{size:.1f}"))
        state = shown()
        of = (tuple(session.run_name(run.model, run.picture) for run in runs), language(), repr(state))
        if st.button(say("attention.file_make"), key="attention.file_make"):
            st.session_state[MADE] = of
        if st.session_state.get(MADE) != of:
            return
        with st.spinner(say("running")):
            trace = session.trace(runs[0].model, runs[0].picture)
            content = session.derived(trace, FILE.at(of), lambda: file_of(runs, state))
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", runs[0].model.name)
        st.download_button(
            say("attention.file_get", size=f"{len(content) / 2**20:.1f}"), content, f"vitviz-{name}.html",
            "text/html", on_click="ignore", key="attention.file_get",
        )  # fmt: skip


def mebibytes(run: FileRun) -> float:
    """About what the numbers of a run take in a file."""
    blocks = session.trace(run.model, run.picture).blocks
    return PACKED * 4 * sum(block[name].numel() for block in blocks for name in ("q", "k")) / 2**20


def file_of(runs: Sequence[FileRun], state: dict[str, Any]) -> bytes:
    """The file, opened in a state of the explorer."""
    from vitviz.web.explorer.of_trace import Shown
    from vitviz.web.html_file.html_file import FileOptions, html_file

    shown = [
        Shown(
            trace=session.trace(run.model, run.picture),
            name=run.name,
            seen=session.seen(run.model, run.picture),
            model=run.model.name,
            title=title(run.model),
            untrained=not run.model.trained,
        )
        for run in runs
    ]
    credit = "" if st.session_state.get("picture_is_own") else str(st.session_state.get("picture_credit", ""))
    thanks = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", credit)  # a licence's link is no link in a text
    return html_file(shown, FileOptions(state=state, thanks=thanks, language=language())).encode()

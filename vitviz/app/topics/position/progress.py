"""A progress bar for one run, block by block; any other choice of the person ends the run at the next block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from vitviz.probe import Probe


@contextmanager
def progress(text: str, blocks: int) -> Iterator[Probe]:
    """Show how far a run (or several) of ``blocks`` blocks in all is, with what is given as its probe."""
    from vitviz.analysis.position.runs import AfterBlock

    bar, done = st.progress(0.0, text), 0

    def block_done() -> None:
        nonlocal done
        done += 1
        # Streamlit ends a script that is not wanted any more when it is asked to show something.
        bar.progress(min(1.0, done / blocks), text)

    yield AfterBlock(block_done)
    bar.empty()

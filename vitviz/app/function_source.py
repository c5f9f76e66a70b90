"""The source of a function that ran on this very picture, with the shape that each of its lines made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session
from vitviz.app.session import Derived
from vitviz.app.source_lines import source
from vitviz.app.words import say

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.tracing.trace import Trace

Lines = tuple[str, tuple[tuple[str, tuple[int, ...] | None], ...]]
LINES: Derived[Lines] = Derived("lines of a function")


def show_function(trace: Trace, what: str, function: Callable[..., Tensor], x: Tensor) -> None:
    """Show ``function``, a method of the traced model, as it runs on ``x``; ``what`` tells it from others."""

    def run() -> Lines:
        import torch

        from vitviz.analysis.line_shapes import run_with_shapes

        with torch.no_grad():
            shown = run_with_shapes(function, x)
        return shown.module, shown.lines

    module, lines = session.derived(trace, LINES.at(what), run)
    with st.expander(say("code.ran", name=what)):
        st.html(source(lines, (module, say("code.live_shape"))))

"""The same pixels in memory in two orders, and torch's two tensors of the whole picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vitviz.app import html, session, shell, tokens
from vitviz.app.topics.memory_layout.part import show_layouts
from vitviz.app.words import say

SIDE = 4  # pixels of the piece that is drawn: 48 numbers are still told apart


def show() -> None:
    """A few pixels of the person's picture in both layouts, and what torch says of the two whole tensors."""
    from vitviz.analysis.memory_layout.layouts import layouts

    model = session.entry()
    shell.head(say("memory_layout.title"), say("memory_layout.lead", side=SIDE), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    row, column = (at // 2 * model.config.patch_size for at in tokens.finest(model))
    rows, columns = slice(row, row + SIDE), slice(column, column + SIDE)
    piece = trace["image"][:, :, rows, columns]  # (1, C, SIDE, SIDE)
    levels = np.asarray(session.seen(model))[rows, columns].transpose(2, 0, 1)  # (C, SIDE, SIDE)
    show_layouts(f"memory_layout.part.{model.name}", levels, layouts(piece))
    st.markdown(say("memory_layout.whole"))
    table = [
        (
            say(f"memory_layout.layout_{layout.order}"),
            str(layout.shape),
            str(layout.strides),
            str(layout.byte_strides),
            layout.fastest,
            f"{layout.memory.nbytes:,} B",
        )
        for layout in layouts(trace["image"])
    ]
    heads = (
        "",
        "shape",
        "stride()",
        say("memory_layout.byte_strides"),
        say("memory_layout.fast"),
        say("memory_layout.bytes"),
    )
    st.html(html.table(table, heads, numbers=range(1, 6)))
    st.caption(say("memory_layout.why"))

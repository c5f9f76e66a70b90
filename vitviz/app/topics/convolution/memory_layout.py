"""The same pixels in memory in two orders, and torch's two tensors of the whole picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import html, session, tokens
from vitviz.app.topics.convolution.memory_layout_part import show_layouts
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

SIDE = 4  # pixels of the piece that is drawn: 48 numbers are still told apart


def memory_layout(model: ModelEntry, trace: Trace) -> None:
    """A few pixels of the person's picture in both layouts, and what torch says of the two whole tensors."""
    from vitviz.analysis.convolution.memory_layout import layouts

    st.header(say("convolution.memory"), anchor=False)
    st.markdown(say("convolution.memory_lead", side=SIDE))
    row, column = (at // 2 * model.config.patch_size for at in tokens.finest(model))
    rows, columns = slice(row, row + SIDE), slice(column, column + SIDE)
    piece = trace["image"][:, :, rows, columns]  # (1, C, SIDE, SIDE)
    levels = np.asarray(session.seen(model))[rows, columns].transpose(2, 0, 1)  # (C, SIDE, SIDE)
    show_layouts(f"convolution.memory_layout.{model.name}", levels, layouts(piece))
    st.markdown(say("convolution.whole"))
    table = [
        (
            say(f"convolution.layout_{layout.order}"),
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
        say("convolution.byte_strides"),
        say("convolution.fast"),
        say("convolution.bytes"),
    )
    st.html(html.table(table, heads, numbers=range(1, 6)))
    st.caption(say("convolution.memory_why"))

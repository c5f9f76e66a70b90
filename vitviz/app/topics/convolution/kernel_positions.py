"""A kernel of any size, stride, padding and dilation on a small picture: its positions, and the arrays behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.analysis.convolution.im2col import run_im2col
from vitviz.analysis.convolution.kernel_positions import KernelPositions
from vitviz.app import session
from vitviz.app.topics.convolution.kernel_positions_part import show_positions
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.zoo.registry import ModelEntry

# lowest, highest, at first: a patch embedding in small
CONTROLS = {
    "size": (3, 12, 6),
    "kernel": (1, 5, 2),
    "stride": (1, 5, 2),
    "padding": (0, 3, 0),
    "dilation": (1, 3, 1),
}


@st.fragment
def kernel_positions(model: ModelEntry) -> None:
    """Sliders, the sizes that follow from them, and every position on the picture with the arrays that index it."""
    st.header(say("convolution.positions"), anchor=False)
    st.markdown(say("convolution.positions_lead"))
    values = {
        name: int(
            column.slider(say(f"convolution.{name}"), low, high, first, key=f"convolution.positions.{name}")
        )
        for column, (name, (low, high, first)) in zip(
            st.columns(len(CONTROLS), gap="small"), CONTROLS.items(), strict=True
        )
    }
    try:
        positions = KernelPositions(**values)
    except ValueError:
        reach = values["dilation"] * (values["kernel"] - 1) + 1
        st.info(say("convolution.does_not_fit", reach=reach, padded=values["size"] + 2 * values["padding"]))
        return
    st.markdown(f"{_formula(positions)}\n\n{_reads(positions)}")
    small = session.seen(model).resize((positions.size, positions.size), Image.Resampling.BOX)
    levels = np.asarray(small).transpose(2, 0, 1)  # (C, S, S)
    run = run_im2col(levels, positions.kernel, positions.stride, positions.padding, positions.dilation)
    show_positions("convolution.kernel_positions", levels, positions, run)
    st.caption(say("convolution.positions_try"))


def _formula(positions: KernelPositions) -> str:
    s, k, t, p, d = positions.size, positions.kernel, positions.stride, positions.padding, positions.dilation
    above = positions.padded - positions.reach
    return (
        r"$\lfloor (H + 2p - d(K-1) - 1)\,/\,s \rfloor + 1 = "
        rf"\lfloor ({s} + 2 \cdot {p} - {d}({k}-1) - 1)\,/\,{t} \rfloor + 1 = "
        rf"\lfloor {above}\,/\,{t} \rfloor + 1 = \mathbf{{{positions.count}}}$"
    )


def _reads(positions: KernelPositions) -> str:
    low, high = positions.read_range
    often = (
        say("convolution.read_once")
        if positions.reads_everything_once
        else say("convolution.read_times", low=low, high=high)
    )
    left = say("convolution.left_over", count=positions.left_over) if positions.left_over else ""
    return f"{often} {left}".strip()

"""A kernel of any size, stride, padding and dilation on a small picture: where it lands and what picks its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.analysis.convolution.im2col import run_im2col
from vitviz.analysis.convolution.output_size import Landing
from vitviz.app import session
from vitviz.app.topics.convolution.landing_part import landing
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
def sandbox(model: ModelEntry) -> None:
    """The section of the page."""
    st.header(say("convolution.sandbox"), anchor=False)
    st.markdown(say("convolution.sandbox_lead"))
    values = {
        name: int(
            column.slider(say(f"convolution.{name}"), low, high, first, key=f"convolution.sandbox.{name}")
        )
        for column, (name, (low, high, first)) in zip(
            st.columns(len(CONTROLS), gap="small"), CONTROLS.items(), strict=True
        )
    }
    try:
        lands = Landing(**values)
    except ValueError:
        reach = values["dilation"] * (values["kernel"] - 1) + 1
        st.info(say("convolution.does_not_fit", reach=reach, padded=values["size"] + 2 * values["padding"]))
        return
    st.markdown(f"{_formula(lands)}\n\n{_left_over(lands)}")
    small = session.seen(model).resize((lands.size, lands.size), Image.Resampling.BOX)
    levels = np.asarray(small).transpose(2, 0, 1)  # (C, S, S)
    run = run_im2col(levels, lands.kernel, lands.stride, lands.padding, lands.dilation)
    made = run.arrays["im2col"]
    landing(
        "convolution.landing", levels, (made["k"], made["i"], made["j"]), run.result,
        kernel=lands.kernel, stride=lands.stride, padding=lands.padding, dilation=lands.dilation,
        count=lands.count, left_over=lands.left_over,
    )  # fmt: skip
    st.caption(say("convolution.sandbox_try"))


def _formula(lands: Landing) -> str:
    s, k, t, p, d = lands.size, lands.kernel, lands.stride, lands.padding, lands.dilation
    above = lands.padded - lands.reach
    return (
        r"$\lfloor (H + 2p - d(K-1) - 1)\,/\,s \rfloor + 1 = "
        rf"\lfloor ({s} + 2 \cdot {p} - {d}({k}-1) - 1)\,/\,{t} \rfloor + 1 = "
        rf"\lfloor {above}\,/\,{t} \rfloor + 1 = \mathbf{{{lands.count}}}$"
    )


def _left_over(lands: Landing) -> str:
    reads = np.array(lands.reads)
    inside = reads[: lands.padded - lands.left_over]
    often = (
        say("convolution.read_once")
        if lands.left_over == 0 and (inside == 1).all()
        else say("convolution.read_times", low=int(inside.min()), high=int(inside.max()))
    )
    left = say("convolution.left_over", count=lands.left_over) if lands.left_over else ""
    return f"{often} {left}".strip()

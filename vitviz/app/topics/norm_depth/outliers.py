"""Tokens and channels that stand out before the final layer norm, on the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.analysis.norm_depth.outlier_channels import TIMES_MEDIAN_CHANNEL, OutlierChannels
from vitviz.app import links, session, tokens
from vitviz.app.fragments import token_chosen
from vitviz.app.norms import in_words
from vitviz.app.settings import Setting
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.norm_depth.final_stream import FinalStream
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# The fragments of the page, both of which a token concerns: all layer norms, and this section.
ALL_NORMS, OUTLIERS = "norm_depth.all_norms", "norm_depth.outliers"
CHANNEL = Setting("norm_depth.channel", links.whole)
STREAM: session.Derived[FinalStream] = session.Derived("the stream before the final layer norm")
MAP_SIDE = 250
LISTED = 8


@st.fragment(key=OUTLIERS)
def outliers(model: ModelEntry, trace: Trace, grid: tuple[int, int]) -> None:
    """High-norm tokens and outlier channels on the picture; ``grid`` is the map of the last block's tokens."""
    from vitviz.analysis.norm_depth.final_stream import final_stream

    stream = session.derived(trace, STREAM, lambda: final_stream(trace))
    channel = min(CHANNEL.get(stream.channels.largest, model.name), stream.x.shape[1] - 1)
    st.header(say("norm_depth.outliers"), anchor=False)
    st.caption(say("norm_depth.outliers_help", name=stream.name))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{say('norm_depth.outlier_norm')}**")
        _map(model, stream, Map("norm", stream.norm, "attention", 0.6), grid)
        st.caption(in_words(stream.large, "norm_depth.outlier_tokens"))
    with right:
        st.markdown(f"**{say('norm_depth.outlier_channel', channel=channel)}**")
        _map(model, stream, Map("channel", stream.x[:, channel], "activation", 1.0), grid)
        _channels_in_words(stream.channels, channel)
    st.markdown(say("norm_depth.outlier_chart"))
    rms, token = stream.channels.rms, min(stream.large.largest, len(stream.x) - 1)
    rows = [
        Strip("rms", rms, span(rms, "attention"), "attention"),
        Strip(f"x[{token}]", stream.x[token], span(stream.x[token], "activation")),
    ]
    strips(
        f"norm_depth.outlier_strips.{model.name}", rows, channel,
        lambda index: CHANNEL.set(index, model.name), index_name=say("channel"),
    )  # fmt: skip


def _channels_in_words(found: OutlierChannels, channel: int) -> None:
    listed = [str(one) for one in found.channels[:LISTED]] + ["\u2026"] * (len(found.channels) > LISTED)
    st.caption(
        say(
            "norm_depth.outlier_channels", count=len(found.channels), times=f"{TIMES_MEDIAN_CHANNEL:g}",
            median=short(found.median), channels=", ".join(listed) or say("norm_depth.outlier_none"),
            channel=channel, rms=short(found.rms[channel]), ratio=f"{found.rms[channel] / (found.median or 1):.2f}",
        )
    )  # fmt: skip


class Map(NamedTuple):
    """One number a token (N,) over the picture; at ``opacity`` 1 nothing is seen of it."""

    name: str
    values: NDArray[np.floating]
    quantity: Quantity
    opacity: float


def _map(model: ModelEntry, stream: FinalStream, of: Map, grid: tuple[int, int]) -> None:
    """The picture in the last map's tokens; those with a large norm are marked in both maps."""
    rows, columns = grid
    picture = session.seen(model)
    if of.opacity == 1.0:  # covered, so it need not be sharp
        picture = picture.resize((columns, rows), Image.Resampling.BOX)
    picker(
        f"norm_depth.outlier_{of.name}.{model.name}", picture, rows, columns, tokens.current(model, grid),
        token_chosen(model, ALL_NORMS, OUTLIERS, grid=grid), prefix=tokens.prefix(model),
        overlay=Overlay(of.values, span(of.values, of.quantity), of.quantity, opacity=of.opacity),
        grid=False, marked=stream.large.marked, width=MAP_SIDE,
    )  # fmt: skip

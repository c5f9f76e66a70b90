"""Tokens and channels that stand out before the final layer norm, on the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.analysis.layer_norm.large_norms import TIMES_MEDIAN, LargeNorms, large_norms
from vitviz.analysis.layer_norm.outlier_channels import (
    TIMES_MEDIAN_CHANNEL,
    OutlierChannels,
    outlier_channels,
)
from vitviz.app import session, tokens
from vitviz.app.fragments import token_chosen
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# The parts of the page, all of which a token concerns: what the browser answers, one token opened, and this section.
LOOK, OPENED, OUTLIERS = "layer_norm.look", "layer_norm.opened", "layer_norm.outliers"
MAP_SIDE = 250
LISTED = 8


class Before(NamedTuple):
    """The residual stream before the final layer norm: its name, values (N, D), grid, and what stands out."""

    name: str
    x: NDArray[np.float32]
    norm: NDArray[np.floating]
    grid: tuple[int, int]
    large: LargeNorms
    channels: OutlierChannels


@st.fragment(key=OUTLIERS)
def outliers(model: ModelEntry, trace: Trace, grid: tuple[int, int]) -> None:
    """High-norm tokens and outlier channels on the picture; ``grid`` is the map of the last block's tokens."""
    before: Before = session.derived(trace, "before the final layer norm", lambda: _before(trace, grid))
    setting = f"layer_norm.outlier.{model.name}"
    channel = min(session.setting(setting, before.channels.largest), before.x.shape[1] - 1)
    st.header(say("layer_norm.outliers"), anchor=False)
    st.caption(say("layer_norm.outliers_help", name=before.name))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{say('layer_norm.outlier_norm')}**")
        _map(model, before, "norm", before.norm, "attention", 0.6)
        large = before.large
        said = {"times": f"{TIMES_MEDIAN:g}", "median": short(large.median), "ratio": f"{large.ratio:.2f}"}
        st.caption(say("layer_norm.outlier_tokens", count=len(large.tokens), largest=large.largest, **said))
    with right:
        st.markdown(f"**{say('layer_norm.outlier_channel', channel=channel)}**")
        _map(model, before, "channel", before.x[:, channel], "activation", 1.0)
        _say_channels(before.channels, channel)
    st.markdown(say("layer_norm.outlier_chart"))
    rms, token = before.channels.rms, min(before.large.largest, len(before.x) - 1)
    rows = [
        Strip("rms", rms, span(rms, "attention"), "attention"),
        Strip(f"x[{token}]", before.x[token], span(before.x[token], "activation")),
    ]
    strips(
        f"layer_norm.outlier_strips.{model.name}", rows, channel,
        lambda index: session.set_setting(setting, index), index_name=say("channel"),
    )  # fmt: skip


def _before(trace: Trace, grid: tuple[int, int]) -> Before:
    name = f"{trace.network.steps()[-1][0]}.resid_post"
    x = trace[name].flatten(0, -2).numpy().copy()  # (N, D)
    norm = np.linalg.norm(x, axis=-1)
    return Before(name, x, norm, grid, large_norms(norm), outlier_channels(x))


def _say_channels(found: OutlierChannels, channel: int) -> None:
    listed = [str(one) for one in found.channels[:LISTED]] + ["\u2026"] * (len(found.channels) > LISTED)
    st.caption(
        say(
            "layer_norm.outlier_channels", count=len(found.channels), times=f"{TIMES_MEDIAN_CHANNEL:g}",
            median=short(found.median), channels=", ".join(listed) or say("layer_norm.outlier_none"),
            channel=channel, rms=short(found.rms[channel]), ratio=f"{found.rms[channel] / (found.median or 1):.2f}",
        )
    )  # fmt: skip


def _map(
    model: ModelEntry,
    before: Before,
    name: str,
    values: NDArray[np.floating],
    quantity: Quantity,
    opacity: float,
) -> None:
    """The picture in the last map's tokens; those with a large norm are marked in both maps."""
    rows, columns = before.grid
    picture = session.seen(model)
    if opacity == 1.0:  # covered, so it need not be sharp
        picture = picture.resize((columns, rows), Image.Resampling.BOX)
    picker(
        f"layer_norm.outlier_{name}.{model.name}", picture, rows, columns, tokens.current(model, before.grid),
        token_chosen(model, LOOK, OPENED, OUTLIERS, grid=before.grid), prefix=tokens.prefix(model),
        overlay=Overlay(values, span(values, quantity), quantity, opacity=opacity),
        grid=False, marked=before.large.tokens, width=MAP_SIDE,
    )  # fmt: skip

"""One token through one layer norm: its values before, normalised and after, and one channel with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import links, session
from vitviz.app.formulas import displayed, layer_norm
from vitviz.app.settings import Setting
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.norms import histograms
from vitviz.plot.numbers import fixed

if TYPE_CHECKING:
    from vitviz.analysis.layer_norm.one_token import NormedToken
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

CHANNEL = Setting("layer_norm.channel", links.whole)
FUSED_GAP: session.Derived[float] = session.Derived(
    "largest difference between a layer norm and torch's kernel"
)


def one_token(model: ModelEntry, trace: Trace, name: str, token: int) -> None:
    """What the layer norm called ``name`` does to its token number ``token``: histograms, formulas and strips."""
    from vitviz.analysis.layer_norm.one_token import fused_gap, normed_token

    normed = normed_token(trace, name, token)
    dim = len(normed.x)
    st.header(say("layer_norm.one_token", token=token, dim=dim, name=name), anchor=False)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        caption = say("layer_norm.histograms")
        st.caption(caption)
        values = {"x": normed.x, "x\u0302": normed.normalized, "y": normed.out}
        figure = histograms.describe(values, label=caption)
        chart("layer_norm.histograms", figure)
    channel = CHANNEL.get(0, model.name) % dim
    with right:
        st.markdown(f"**{say('layer_norm.opened', channel=channel)}**")
        st.markdown(displayed(layer_norm(normed, channel)))
        out, gap = fixed(normed.out[channel]), f"{normed.gap(channel):.1e}"
        everywhere = session.derived(trace, FUSED_GAP.at(name), lambda: fused_gap(trace, name))
        st.caption(say("layer_norm.check", out=out, gap=gap, all=f"{everywhere:.1e}"))
    st.markdown(say("layer_norm.choose_channel"))
    strips(
        f"layer_norm.strips.{model.name}", _strips(normed), channel,
        lambda index: CHANNEL.set(index, model.name), index_name=say("channel"), own_scales=True,
    )  # fmt: skip


def _strips(normed: NormedToken) -> list[Strip]:
    """All vectors of the formula, mean and scale repeated for every channel."""
    values = span(np.concatenate([normed.x, normed.normalized, normed.out]), "activation")
    weights = span(np.append(normed.gamma, normed.beta), "weight")
    return [
        Strip("x", normed.x, values),
        Strip("\u03bc", np.full_like(normed.x, normed.steps.mean), values),
        Strip("s", np.full_like(normed.x, normed.steps.scale), values),
        Strip("x\u0302", normed.normalized, values),
        Strip("\u03b3", normed.gamma, weights, "weight"),
        Strip("\u03b2", normed.beta, weights, "weight"),
        Strip("y", normed.out, values),
    ]

"""Patches: one patch from its pixels to its token, one output number opened up, and two ways to compute them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.analysis.patches.projection import Projection, cut_patch, project
from vitviz.app import html, session, shell, tokens
from vitviz.app.source_lines import source
from vitviz.app.topics.patches.planes_part import CHANNELS, planes
from vitviz.app.topics.patches.running_sum import running_sum
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.widgets.tiles import tiles
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, short

if TYPE_CHECKING:
    from torch import nn

    from vitviz.analysis.patches.embedding import TwoWays
    from vitviz.models.swin import SwinTransformer
    from vitviz.models.vit import VisionTransformer
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

LISTED = 6


def show() -> None:
    """The page."""
    model = session.entry()
    config = model.config
    size = config.patch_size
    lead = say("patches.lead", size=size, length=config.in_channels * size**2, dim=config.embed_dim)
    shell.head(say("patches.title"), lead, model)
    _follow(model)
    _two_ways(model)


@st.fragment
def _follow(model: ModelEntry) -> None:
    left, right = st.columns([1, 2.1], gap="medium")
    with left:
        patch = _choose_patch(model)
        channel = _choose_channel(model)
        st.caption(say("patches.try"))
    with right, st.spinner(say("running")):
        trace = session.trace(model)
        place = divmod(patch, tokens.finest(model)[1])
        projection = _projection(trace, *place, channel)
        _planes(model, projection, place, channel, float(_embeddings(trace)[patch, channel]))
    _sum(projection, channel)
    _whole_token(model, trace, patch, channel)


def _choose_patch(model: ModelEntry) -> int:
    """The patch (from 0) of the token that is looked at; the middle one while that token is not a patch."""
    prefix, (rows, columns) = tokens.prefix(model), tokens.finest(model)
    token = tokens.current(model)
    if token < len(prefix):
        token = len(prefix) + rows // 2 * columns + columns // 2
    st.markdown(say("patches.choose"))
    picker(
        f"patches.picker.{model.name}", session.seen(model), rows, columns, token,
        lambda chosen: tokens.choose(model, chosen), prefix=prefix, chips=False, width=290,
    )  # fmt: skip
    if prefix:
        st.caption(say("patches.prefix", names=", ".join(prefix)))
    return token - len(prefix)


def _choose_channel(model: ModelEntry) -> int:
    """The slider. Its value also lives in the settings, because a widget forgets when its page is left."""
    dim, key = model.config.embed_dim, _channel_key(model)
    st.session_state.setdefault(key, session.setting(key, 0))
    label = say("patches.channel", dim=dim)
    channel = st.slider(label, 0, dim - 1, key=key)
    session.set_setting(key, channel)
    return channel


def _planes(
    model: ModelEntry, projection: Projection, place: tuple[int, int], channel: int, computed: float
) -> None:
    size = model.config.patch_size
    top, left = place[0] * size, place[1] * size
    levels = np.asarray(session.seen(model))[top : top + size, left : left + size]
    st.markdown(say("patches.read"))
    planes(
        f"patches.planes.{model.name}", projection, levels, model.preprocessing.mean, model.preprocessing.std,
        patch_key=f"{session.picture().sha256} {place}", channel=channel, computed=computed,
    )  # fmt: skip


def _sum(projection: Projection, channel: int) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(say("patches.grows"), anchor=False)
        axes = (say("patches.index"), say("patches.sum"))
        shown = running_sum(projection.running, projection.value, CHANNELS, axes, say("patches.grows"))
        chart("patches.running", shown)
    with right:
        st.subheader(say("patches.largest"), anchor=False)
        head = ("patches.column_index", "patches.column_place")
        heads = (*(say(key) for key in head), "x", f"w[{channel}]", "x\u00b7w", say("patches.column_running"))
        st.html(html.table(_terms(projection), heads, numbers=range(6)))


def _terms(projection: Projection) -> list[tuple[str, ...]]:
    terms = projection.largest(LISTED)
    rows = [
        (str(t.at), str(t.place), short(t.pixel), short(t.weight), fixed(t.product), fixed(t.running))
        for t in terms
    ]
    products = float(projection.sums.sum())
    more = say("patches.more", count=projection.products.size - len(terms))
    return [
        *rows,
        ("", more, "", "", fixed(products - terms[-1].running), fixed(products)),
        ("", say("patches.bias"), "", "", fixed(projection.bias), fixed(projection.value)),
    ]


def _whole_token(model: ModelEntry, trace: Trace, patch: int, channel: int) -> None:
    dim, key = model.config.embed_dim, _channel_key(model)

    def choose(index: int) -> None:
        st.session_state[key] = index

    st.subheader(say("patches.whole", dim=dim), anchor=False)
    st.caption(say("patches.whole_help"))
    values = {"embed": _embeddings(trace)[patch]}
    if "ln_embed.out" in trace.names():
        values["ln_embed.out"] = trace["ln_embed.out"].flatten(0, -2)[patch].numpy()
    rows = [Strip(name, vector, span(vector, "activation")) for name, vector in values.items()]
    strips(f"patches.token.{model.name}", rows, channel, choose, index_name=say("patches.channel_name"))


def _two_ways(model: ModelEntry) -> None:
    from vitviz.analysis.patches.embedding import compare

    trace = session.trace(model)
    conv = _conv(trace)
    ways: TwoWays = session.derived(
        trace, "two ways", lambda: compare(trace["image"], conv.weight, conv.bias)
    )
    first, second = ways.unfold.result[0].numpy(), ways.convolution.result[0].numpy()  # (N, D) each
    st.header(say("patches.two_ways"), anchor=False)
    st.markdown(say("patches.two_ways_lead", count=first.shape[0]))
    left, right = st.columns(2, gap="medium")
    for place, key, way in (
        (left, "patches.unfold", ways.unfold),
        (right, "patches.convolution", ways.convolution),
    ):
        place.markdown(f"**{say(key)}**")
        place.html(source(way.lines, (way.module, say("patches.live_shape"))))
    count, length, dim = first.shape[0], conv.weight[0].numel(), first.shape[1]
    st.markdown(
        rf"$z = x_p E + b:\quad$ $({count} \times {length}) \cdot ({length} \times {dim}) + ({dim})"
        rf" \to ({count} \times {dim})$"
    )
    same = float(np.abs(second - _embeddings(trace)).max())
    st.markdown(say("patches.gap", gap=f"{ways.gap:.1e}", same=f"{same:.1e}" if same else "0"))
    tiles(
        f"patches.ways.{model.name}", np.stack([first, second]), quantity="activation",
        labels=(say("patches.unfold"), say("patches.convolution")),
        axes=(say("patches.token_axis"), say("patches.channel_name")), width=460, stretch="5 / 2",
    )  # fmt: skip


def _projection(trace: Trace, row: int, column: int, channel: int) -> Projection:
    conv, size = _conv(trace), trace.config.patch_size
    pixels = cut_patch(trace["image"][0].numpy(), row, column, size)
    bias = 0.0 if conv.bias is None else conv.bias[channel].item()
    return project(pixels, conv.weight[channel].numpy(), bias)


def _embeddings(trace: Trace) -> NDArray[np.float32]:
    """Every patch's projection before anything is added to it, (N, D)."""
    values: NDArray[np.float32] = trace["embed"][0].reshape(-1, trace.config.embed_dim).numpy()
    return values


def _conv(trace: Trace) -> nn.Conv2d:
    return cast("VisionTransformer | SwinTransformer", trace.network).patch_embed.proj


def _channel_key(model: ModelEntry) -> str:
    return f"patches.channel.{model.name}"

"""Patches and convolution: the patch embedding three ways, and everything that an index does on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from vitviz.app import html, session, shell, tokens
from vitviz.app.pictures import picture_url
from vitviz.app.source_lines import source
from vitviz.app.topics.convolution import filters, memory, numpy_functions, sandbox
from vitviz.app.topics.convolution.common_digits import agreeing
from vitviz.app.topics.convolution.filter_picture import filter_picture
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.plot.numbers import fixed, short

if TYPE_CHECKING:
    from PIL import Image
    from torch import nn

    from vitviz.analysis.convolution.equivalence import ThreeWays
    from vitviz.models.swin import SwinTransformer
    from vitviz.models.vit import VisionTransformer
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

DIGITS = 8  # enough to see where float32 rounds
PATCH_SIDE = 96


def show() -> None:
    """The page."""
    model = session.entry()
    size, channels = model.config.patch_size, model.config.in_channels
    lead = say("convolution.lead", size=size, length=channels * size**2, dim=model.config.embed_dim)
    shell.head(say("convolution.title"), lead, model)
    _first(model)
    trace = session.trace(model)
    _sources(_ways(trace))
    sandbox.sandbox(model)
    numpy_functions.plays()
    memory.layouts(model, trace)
    filters.learned(model, trace, conv(trace).weight.detach().numpy())


@st.fragment
def _first(model: ModelEntry) -> None:
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        patch = _choose_patch(model)
        dim, key = model.config.embed_dim, f"patches.channel.{model.name}"
        st.session_state.setdefault(key, session.setting(key, 0))
        channel = int(st.slider(say("convolution.channel", last=dim - 1), 0, dim - 1, key=key))
        session.set_setting(key, channel)
    with right, st.spinner(say("running")):
        trace = session.trace(model)
        ways = _ways(trace)
        _one_number(model, trace, ways, patch, channel)
        _gaps(trace, ways)


def _choose_patch(model: ModelEntry) -> int:
    """The patch (from 0) of the token that is looked at; the middle one while that token is not a patch."""
    prefix, (rows, columns) = tokens.prefix(model), tokens.finest(model)
    token = tokens.current(model)
    if token < len(prefix):
        token = len(prefix) + rows // 2 * columns + columns // 2
    picker(
        f"convolution.picker.{model.name}", session.seen(model), rows, columns, token,
        lambda chosen: tokens.choose(model, chosen), prefix=prefix, chips=False, width=270,
    )  # fmt: skip
    return token - len(prefix)


def _one_number(model: ModelEntry, trace: Trace, ways: ThreeWays, patch: int, channel: int) -> None:
    size = model.config.patch_size
    row, column = divmod(patch, tokens.finest(model)[1])
    box = (column * size, row * size, (column + 1) * size, (row + 1) * size)
    weight = conv(trace).weight.detach()
    learned = filter_picture(weight[channel].numpy(), filters.largest(weight.numpy()))
    pictures = _pixels(session.seen(model).crop(box), say("patch")) + _pixels(
        learned, say("convolution.filter", channel=channel)
    )
    count, dim = ways.results["unfold"].shape
    length = weight[0].numel()
    said = {
        "unfold": ("unfold(x)\u1d40 \u00b7 E + b", f"({count}, {length}) \u00b7 ({length}, {dim})"),
        "convolution": (f"conv2d(x, W, b, stride={size})", f"W ({', '.join(map(str, weight.shape))})"),
        "im2col": ("E \u00b7 x[k, i, j] + b", f"({dim}, {length}) \u00b7 ({length}, {count})"),
    }
    rows = [
        (say(f"convolution.way_{way}"), lines, fixed(float(ways.results[way][patch, channel]), DIGITS))
        for way, lines in said.items()
    ]
    # One element, and no columns: a click on the picture is answered sooner.
    st.html(
        f'<div style="display:flex;gap:16px"><div style="flex:none">{pictures}</div>'
        f'<div style="flex:1;min-width:0">{agreeing(rows, f"z[{patch}, {channel}]")}</div></div>'
    )
    st.caption(say("convolution.agree", row=row, column=column, channel=channel))


def _pixels(picture: Image.Image, alt: str) -> str:
    look = f"width:{PATCH_SIDE}px;max-width:100%;image-rendering:pixelated;display:block;margin-bottom:12px"
    return f'<img src="{picture_url(picture)}" alt="{alt}" style="{look}">'


def _gaps(trace: Trace, ways: ThreeWays) -> None:
    count, dim = ways.results["unfold"].shape
    largest = short(float(np.abs(ways.results["convolution"]).max()))
    st.markdown(say("convolution.gaps", count=count, dim=dim, largest=largest))
    rows = [
        (say(f"convolution.way_{one}"), say(f"convolution.way_{other}"), _gap(gap))
        for (one, other), gap in ways.gaps.items()
    ]
    own = trace["embed"][0].reshape(-1, dim).numpy()
    same = float(np.abs(ways.results["convolution"] - own).max())
    rows.append((say("convolution.way_convolution"), say("convolution.model"), _gap(same)))
    st.html(html.table(rows, ("", "", "max |\u0394|"), numbers=(2,)))
    st.caption(say("convolution.why_not_zero"))


def _gap(value: float) -> str:
    return f"{value:.1e}".replace("-", "\u2212") if value else "0"


def _sources(ways: ThreeWays) -> None:
    st.header(say("convolution.sources"), anchor=False)
    st.markdown(say("convolution.sources_lead"))
    shape = say("patches.live_shape")
    by_hand = [*ways.im2col.lines["im2col"], ("", None), *ways.im2col.lines["im2col_and_multiply"]]
    programs = (
        ("unfold", ways.unfold.lines, ways.unfold.module),
        ("convolution", ways.convolution.lines, ways.convolution.module),
        ("im2col", by_hand, ways.im2col.module),
    )
    pieces = [
        source(lines, (f"{say(f'convolution.way_{way}')}   ({module})", shape))
        for way, lines, module in programs
    ]
    st.html('<div style="height:14px"></div>'.join(pieces))


def _ways(trace: Trace) -> ThreeWays:
    from vitviz.analysis.convolution.equivalence import three_ways

    def make() -> ThreeWays:
        embedding = conv(trace)
        bias = None if embedding.bias is None else embedding.bias.detach()
        with session.gate():
            return three_ways(trace["image"], embedding.weight.detach(), bias)

    return session.derived(trace, "three ways", make)


def conv(trace: Trace) -> nn.Conv2d:
    """The convolution that embeds a model's patches."""
    return cast("VisionTransformer | SwinTransformer", trace.network).patch_embed.proj

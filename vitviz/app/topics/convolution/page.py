"""Patches and convolution: the patch embedding by three methods, and everything that an index does on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.analysis.convolution.filters import largest_magnitude, learned_filters
from vitviz.app import html, session, shell, tokens
from vitviz.app.pictures import picture_url
from vitviz.app.session import Derived
from vitviz.app.settings import PATCH_CHANNEL
from vitviz.app.source_lines import source
from vitviz.app.topics.convolution.common_digits import agreeing
from vitviz.app.topics.convolution.filter_picture import filter_picture
from vitviz.app.topics.convolution.filters import filter_sheets
from vitviz.app.topics.convolution.kernel_positions import kernel_positions
from vitviz.app.topics.convolution.numpy_functions import numpy_functions
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.plot.numbers import fixed, short

if TYPE_CHECKING:
    from PIL import Image

    from vitviz.analysis.convolution.methods import EmbeddingRuns
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

RUNS: Derived[EmbeddingRuns] = Derived("the embedding by three methods")
DIGITS = 8  # enough to see where float32 rounds
PATCH_SIDE = 96


def show() -> None:
    """One number by three methods, their sources, every position of a kernel, the numpy functions, filters."""
    model = session.entry()
    size, channels = model.config.patch_size, model.config.in_channels
    lead = say("convolution.lead", size=size, length=channels * size**2, dim=model.config.embed_dim)
    shell.head(say("convolution.title"), lead, model)
    _one_number(model)
    trace = session.trace(model)
    _sources(_runs(trace))
    kernel_positions(model)
    numpy_functions()
    filter_sheets(model, trace)


@st.fragment
def _one_number(model: ModelEntry) -> None:
    """Choose a patch and one of its token's numbers: what the three methods make of it, and their differences."""
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        patch = _choose_patch(model)
        channels = range(model.config.embed_dim)
        label = say("convolution.channel", last=channels[-1])
        channel = PATCH_CHANNEL.widget(
            lambda key: st.slider(label, 0, channels[-1], key=key), channels, 0, model.name
        )
    with right, st.spinner(say("running")):
        trace = session.trace(model)
        runs = _runs(trace)
        _results(model, trace, runs, patch, channel)
        _gaps(trace, runs)


def _choose_patch(model: ModelEntry) -> int:
    """The picture to choose from, and the patch (from 0) of the chosen token; the middle one if that is no patch."""
    prefix, (rows, columns) = tokens.prefix(model), tokens.finest(model)
    patch = tokens.current_patch(model)
    picker(
        f"convolution.picker.{model.name}", session.seen(model), rows, columns, len(prefix) + patch,
        lambda chosen: tokens.choose(model, chosen), prefix=prefix, chips=False, width=270,
    )  # fmt: skip
    return patch


def _results(model: ModelEntry, trace: Trace, runs: EmbeddingRuns, patch: int, channel: int) -> None:
    size = model.config.patch_size
    row, column = divmod(patch, tokens.finest(model)[1])
    box = (column * size, row * size, (column + 1) * size, (row + 1) * size)
    weight = learned_filters(trace.network)
    learned = filter_picture(weight[channel], largest_magnitude(weight))
    pictures = _pixels(session.seen(model).crop(box), say("patch")) + _pixels(
        learned, say("convolution.filter", channel=channel)
    )
    count, dim = runs.results["unfold"].shape
    length = weight[0].size
    formulas = {
        "unfold": ("unfold(x)\u1d40 \u00b7 E + b", f"({count}, {length}) \u00b7 ({length}, {dim})"),
        "convolution": (f"conv2d(x, W, b, stride={size})", f"W ({', '.join(map(str, weight.shape))})"),
        "im2col": ("E \u00b7 x[k, i, j] + b", f"({dim}, {length}) \u00b7 ({length}, {count})"),
    }
    rows = [
        (
            say(f"convolution.method_{method}"),
            lines,
            fixed(float(runs.results[method][patch, channel]), DIGITS),
        )
        for method, lines in formulas.items()
    ]
    # One element, and no columns: a click on the picture is answered sooner.
    symbol = f"z[{patch}, {channel}]"
    drawn = (
        f'<div style="display:flex;gap:16px"><div style="flex:none">{pictures}</div>'
        f'<div style="flex:1;min-width:0">{agreeing(rows, symbol)}</div></div>'
    )
    methods, values = [title for title, *_ in rows], [number.value for *_, number in rows]
    st.html(html.figure(drawn, {"method": methods, symbol: values}))
    st.caption(say("convolution.agree", row=row, column=column, channel=channel))


def _pixels(picture: Image.Image, alt: str) -> str:
    style = f"width:{PATCH_SIDE}px;max-width:100%;image-rendering:pixelated;display:block;margin-bottom:12px"
    return f'<img src="{picture_url(picture)}" alt="{alt}" style="{style}">'


def _gaps(trace: Trace, runs: EmbeddingRuns) -> None:
    """How far the three results and the model's own are apart, over all numbers of the picture."""
    from vitviz.analysis.patches.embedding import gap_to_model

    count, dim = runs.results["unfold"].shape
    largest = short(float(np.abs(runs.results["convolution"]).max()))
    st.markdown(say("convolution.gaps", count=count, dim=dim, largest=largest))
    rows = [
        (say(f"convolution.method_{one}"), say(f"convolution.method_{other}"), _gap(gap))
        for (one, other), gap in runs.gaps.items()
    ]
    same = gap_to_model(trace, runs.results["convolution"])
    rows.append((say("convolution.method_convolution"), say("convolution.model"), _gap(same)))
    st.html(html.table(rows, ("", "", "max |\u0394|"), numbers=(2,)))
    st.caption(say("convolution.why_not_zero"))


def _gap(value: float) -> str:
    return f"{value:.1e}".replace("-", "\u2212") if value else "0"


def _sources(runs: EmbeddingRuns) -> None:
    st.header(say("convolution.sources"), anchor=False)
    st.markdown(say("convolution.sources_lead"))
    shape = say("code.live_shape")
    by_hand = [*runs.im2col.lines["im2col"], ("", None), *runs.im2col.lines["im2col_and_multiply"]]
    programs = (
        ("unfold", runs.unfold.lines, runs.unfold.module),
        ("convolution", runs.convolution.lines, runs.convolution.module),
        ("im2col", by_hand, runs.im2col.module),
    )
    pieces = [
        source(lines, (f"{say(f'convolution.method_{method}')}   ({module})", shape))
        for method, lines, module in programs
    ]
    st.html('<div style="height:14px"></div>'.join(pieces))


def _runs(trace: Trace) -> EmbeddingRuns:
    from vitviz.analysis.convolution.methods import run_methods_on

    def make() -> EmbeddingRuns:
        with session.gate():
            return run_methods_on(trace)

    return session.derived(trace, RUNS, make)

"""Patches: one patch from its pixels to its token, one output number opened up, and two ways to compute them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import html, session, shell, tokens
from vitviz.app.session import Derived
from vitviz.app.settings import PATCH_CHANNEL
from vitviz.app.source_lines import source
from vitviz.app.topics.patches.products_part import CHANNELS, PatchProducts, patch_products
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.widgets.tiles import tiles
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, short
from vitviz.plot.sums import running_sum

if TYPE_CHECKING:
    from vitviz.analysis.patches.embedding import TorchMethods
    from vitviz.analysis.patches.projection import Projection
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

METHODS: Derived[TorchMethods] = Derived("the embedding by both methods of torch")
LISTED = 6


def show() -> None:
    """One patch's pixels, weights and products for one number of its token, and both methods for all patches."""
    model = session.entry()
    config = model.config
    size = config.patch_size
    lead = say("patches.lead", size=size, length=config.in_channels * size**2, dim=config.embed_dim)
    shell.head(say("patches.title"), lead, model)
    _follow(model)
    _methods(model)


@st.fragment
def _follow(model: ModelEntry) -> None:
    left, right = st.columns([1, 2.1], gap="medium")
    with left:
        patch = _choose_patch(model)
        channel = _choose_channel(model)
        st.caption(say("patches.try"))
    with right, st.spinner(say("running")):
        from vitviz.analysis.patches.embedding import embeddings, project_patch

        trace = session.trace(model)
        place = divmod(patch, tokens.finest(model)[1])
        projection = project_patch(trace, *place, channel)
        _products(model, projection, place, channel, float(embeddings(trace)[patch, channel]))
    _sum(projection, channel)
    _whole_token(model, trace, patch, channel)


def _choose_patch(model: ModelEntry) -> int:
    """The picture to choose from, and the patch (from 0) of the chosen token; the middle one if that is no patch."""
    prefix, (rows, columns) = tokens.prefix(model), tokens.finest(model)
    patch = tokens.current_patch(model)
    st.markdown(say("patches.choose"))
    picker(
        f"patches.picker.{model.name}", session.seen(model), rows, columns, len(prefix) + patch,
        lambda chosen: tokens.choose(model, chosen), prefix=prefix, chips=False, width=290,
    )  # fmt: skip
    if prefix:
        st.caption(say("patches.prefix", names=", ".join(prefix)))
    return patch


def _choose_channel(model: ModelEntry) -> int:
    channels = range(model.config.embed_dim)
    label = say("patches.channel", dim=len(channels))
    return PATCH_CHANNEL.widget(
        lambda key: st.slider(label, 0, channels[-1], key=key), channels, 0, model.name
    )


def _products(
    model: ModelEntry, projection: Projection, place: tuple[int, int], channel: int, computed: float
) -> None:
    size = model.config.patch_size
    top, left = place[0] * size, place[1] * size
    levels = np.asarray(session.seen(model))[top : top + size, left : left + size]
    st.markdown(say("patches.read"))
    preprocessing = model.preprocessing
    patch_products(
        f"patches.products.{model.name}",
        PatchProducts(
            projection, levels, preprocessing.mean, preprocessing.std,
            patch_key=f"{session.picture().sha256} {place}", channel=channel, computed=computed,
        ),
    )  # fmt: skip


def _sum(projection: Projection, channel: int) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(say("patches.grows"), anchor=False)
        figure = running_sum.describe(
            projection.running, projection.value, CHANNELS,
            x_title=say("patches.index"), y_title=say("patches.sum"), label=say("patches.grows"),
        )  # fmt: skip
        chart("patches.running", figure)
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
    dim = model.config.embed_dim

    def choose(index: int) -> None:
        PATCH_CHANNEL.choose(index, model.name)

    from vitviz.analysis.patches.embedding import embeddings

    st.subheader(say("patches.whole", dim=dim), anchor=False)
    st.caption(say("patches.whole_help"))
    values = {"embed": embeddings(trace)[patch]}
    if "ln_embed.out" in trace.names():
        values["ln_embed.out"] = trace["ln_embed.out"].flatten(0, -2)[patch].numpy()
    rows = [Strip(name, vector, span(vector, "activation")) for name, vector in values.items()]
    strips(f"patches.token.{model.name}", rows, channel, choose, index_name=say("channel"))


def _methods(model: ModelEntry) -> None:
    """The source of both methods with live shapes, their results as pictures, and how far these are apart."""
    from vitviz.analysis.patches.embedding import compare_on, gap_to_model

    trace = session.trace(model)
    methods: TorchMethods = session.derived(trace, METHODS, lambda: compare_on(trace))
    first, second = methods.unfold.result[0].numpy(), methods.convolution.result[0].numpy()  # (N, D) each
    st.header(say("patches.methods"), anchor=False)
    st.markdown(say("patches.methods_lead", count=first.shape[0]))
    left, right = st.columns(2, gap="medium")
    for place, key, run in (
        (left, "patches.unfold", methods.unfold),
        (right, "patches.convolution", methods.convolution),
    ):
        place.markdown(f"**{say(key)}**")
        place.html(source(run.lines, (run.module, say("code.live_shape"))))
    (count, dim), length = first.shape, model.config.in_channels * model.config.patch_size**2
    st.markdown(
        rf"$z = x_p E + b:\quad$ $({count} \times {length}) \cdot ({length} \times {dim}) + ({dim})"
        rf" \to ({count} \times {dim})$"
    )
    same = gap_to_model(trace, second)
    st.markdown(say("patches.gap", gap=f"{methods.gap:.1e}", same=f"{same:.1e}" if same else "0"))
    tiles(
        f"patches.methods.{model.name}", np.stack([first, second]), quantity="activation",
        labels=(say("patches.unfold"), say("patches.convolution")),
        axes=(say("patches.token_axis"), say("channel")), width=460, stretch="5 / 2",
    )  # fmt: skip

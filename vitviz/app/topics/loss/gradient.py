"""The saliency that a loss sends back to the patches, and how long its gradient is on the way through the blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from vitviz.analysis.loss.cross_entropy import cross_entropy
from vitviz.app import class_choice, html, session, tokens
from vitviz.app.topics.loss.fragments import SENT_BACK, sent_back_of, token_chosen
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import short
from vitviz.web.chart.stream_charts import gradients

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

MAP_SIDE = 260


class SentBack(NamedTuple):
    """One number a patch, (N,) each, and the lengths of every token's gradient at every block's input, by name."""

    embed_length: NDArray[np.float64]
    pixel_length: NDArray[np.float64]
    embed_product: NDArray[np.float64]
    pixel_product: NDArray[np.float64]
    depths: dict[str, NDArray[np.float64]]


@st.fragment(key=SENT_BACK)
def sent_back(model: ModelEntry, trace: Trace) -> None:
    """The section. The chain of blocks is gone through backwards, and any other choice stops it between two."""
    st.header(say("loss.saliency.title"), anchor=False)
    label = class_choice.label(model, trace)
    st.markdown(say("loss.saliency.lead", name=trace.class_name(label)))
    found = session.derived(trace, sent_back_of(label), lambda: _compute(trace, label))
    _maps(model, trace, found)
    if "ln_embed.out" in trace.names():
        st.caption(say("loss.saliency.norm_follows"))
    _depths(model, found)


def _compute(trace: Trace, label: int) -> SentBack:
    import torch

    from vitviz.analysis.loss.saliency import (
        backward,
        patch_lengths,
        patch_products,
        token_lengths,
        token_products,
    )

    loss = cross_entropy(trace.logits.numpy(), label)
    gradient = torch.from_numpy(loss.gradient).to(trace.logits).unsqueeze(0)  # (1, K)
    bar = st.progress(0.0, say("loss.saliency.running"))
    steps = backward(trace, gradient)
    depths: dict[str, NDArray[np.float64]] = {}
    last: dict[str, torch.Tensor] = {}
    while True:
        with session.gate():
            step = next(steps, None)
        if step is None:
            break
        name, value = step
        if name in ("embed", "image"):
            last[name] = value
        else:
            depths[name] = token_lengths(value)
        bar.progress(min(1.0, len(depths) / len(trace.segments)), say("loss.saliency.running"))
    bar.empty()
    image, embed, size = trace["image"], trace["embed"], trace.config.patch_size
    return SentBack(
        embed_length=token_lengths(last["embed"]),
        pixel_length=patch_lengths(last["image"], size),
        embed_product=token_products(last["embed"], embed),
        pixel_product=patch_products(last["image"], image, size),
        depths=dict(reversed(depths.items())),
    )


def _maps(model: ModelEntry, trace: Trace, found: SentBack) -> None:
    first, grid = len(tokens.prefix(model)), tokens.finest(model)
    panels: dict[str, tuple[NDArray[np.float64], Quantity]] = {
        "embed_length": (found.embed_length, "attention"),
        "pixel_length": (found.pixel_length, "attention"),
        "embed_product": (found.embed_product, "activation"),
        "pixel_product": (found.pixel_product, "activation"),
    }
    for column, (name, (values, quantity)) in zip(st.columns(4, gap="small"), panels.items(), strict=True):
        with column:
            st.markdown(say(f"loss.saliency.{name}"))
            shown = np.append(np.full(first, np.nan), values)  # a prefix token has no pixels
            picker(
                f"loss.saliency.{name}.{model.name}", session.seen(model), *grid, tokens.current(model),
                partial(token_chosen, model, trace),
                prefix=tokens.prefix(model), chips=False,
                overlay=Overlay(shown, span(values, quantity), quantity, opacity=0.85), grid=False, width=MAP_SIDE,
            )  # fmt: skip
    st.caption(say("loss.saliency.help"))
    patch = tokens.current(model) - first
    if patch >= 0:
        rows = [
            (say(f"loss.saliency.{name}_plain"), short(values[patch])) for name, (values, _) in panels.items()
        ]
        with st.expander(say("loss.saliency.numbers", token=patch + first)):
            st.html(html.table(rows, numbers=[1]))


def _depths(model: ModelEntry, found: SentBack) -> None:
    st.subheader(say("loss.saliency.depths"), anchor=False)
    st.caption(
        say(
            "loss.saliency.depths_help" if "cls" in tokens.prefix(model) else "loss.saliency.depths_help_swin"
        )
    )
    first = len(tokens.prefix(model))
    rows, columns = tokens.finest(model)
    here: list[float] = []
    for values in found.depths.values():
        scale = max(1, round(((rows * columns) / max(1, len(values) - first)) ** 0.5))
        grid = (-(-rows // scale), -(-columns // scale))
        here.append(float(values[tokens.current(model, grid)]))
    series = {say("token.chosen"): here}
    if "cls" in tokens.prefix(model):
        series[say("token.cls")] = [float(values[0]) for values in found.depths.values()]
    series[say("token.mean")] = [float(values[first:].mean()) for values in found.depths.values()]
    titles = (say("block"), say("loss.saliency.length"))
    chart("loss.saliency.depths", gradients(series, list(found.depths), titles, say("loss.saliency.depths")))

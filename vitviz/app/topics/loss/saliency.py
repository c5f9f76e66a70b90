"""The saliency that a loss sends back to the patches, and how long its gradient is on the way through the blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import class_choice, html, session, tokens
from vitviz.app.class_names import class_name
from vitviz.app.markup import as_text
from vitviz.app.progress import in_steps
from vitviz.app.topics.loss.fragments import SALIENCY, SALIENCY_OF_LABEL, token_chosen
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.plot.depth import gradient_lines
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.loss.saliency import Saliency
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

MAP_SIDE = 260


@st.fragment(key=SALIENCY)
def saliency(model: ModelEntry, trace: Trace) -> None:
    """Maps of the label's gradient, and its lengths through depth; any other choice stops the backward pass."""
    st.header(say("loss.saliency.title"), anchor=False)
    label = class_choice.label(model, trace)
    st.markdown(say("loss.saliency.lead", name=as_text(class_name(trace, label))))
    found = session.derived(
        trace, SALIENCY_OF_LABEL.at(label), lambda: _backward(trace, label), own_turns=True
    )
    _maps(model, trace, found)
    if "ln_embed.out" in trace.names():
        st.caption(say("loss.saliency.norm_follows"))
    _depths(model, found)


def _backward(trace: Trace, label: int) -> Saliency:
    from vitviz.analysis.loss.saliency import BackwardPass

    work = BackwardPass(trace, label)
    for _ in in_steps(work.steps(), len(trace.segments) + 1, say("loss.saliency.running")):
        pass
    return work.saliency()


def _maps(model: ModelEntry, trace: Trace, found: Saliency) -> None:
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
            overlay = np.append(np.full(first, np.nan), values)  # a prefix token has no pixels
            picker(
                f"loss.saliency.{name}.{model.name}", session.seen(model), *grid, tokens.current(model),
                partial(token_chosen, model, trace),
                prefix=tokens.prefix(model), chips=False,
                overlay=Overlay(overlay, span(values, quantity), quantity, opacity=0.85), grid=False, width=MAP_SIDE,
            )  # fmt: skip
    st.caption(say("loss.saliency.help"))
    patch = tokens.current(model) - first
    if patch >= 0:
        rows = [
            (say(f"loss.saliency.{name}_plain"), short(values[patch])) for name, (values, _) in panels.items()
        ]
        with st.expander(say("loss.saliency.numbers", token=patch + first)):
            st.html(html.table(rows, numbers=[1]))


def _depths(model: ModelEntry, found: Saliency) -> None:
    st.subheader(say("loss.saliency.depths"), anchor=False)
    kind = "_swin" if model.is_swin else "" if "cls" in tokens.prefix(model) else "_patches"
    st.caption(say(f"loss.saliency.depths_help{kind}"))
    first = len(tokens.prefix(model))
    chosen = [tokens.current(model, depth.grid) for depth in found.depths]
    of_token = [float(depth.lengths[token]) for depth, token in zip(found.depths, chosen, strict=True)]
    series = {say("token.chosen"): of_token}
    if "cls" in tokens.prefix(model):
        series[say("token.cls")] = [float(depth.lengths[0]) for depth in found.depths]
    series[say("token.mean")] = [float(depth.lengths[first:].mean()) for depth in found.depths]
    figure = gradient_lines.describe(
        series, [depth.name for depth in found.depths],
        x_title=say("block"), y_title=say("loss.saliency.length"), label=say("loss.saliency.depths"),
    )  # fmt: skip
    chart("loss.saliency.depths", figure)

"""Class scores and loss: from the tokens to the scores, their softmax, the loss of a label, and what it sends back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from vitviz.app import class_choice, html, session, shell, tokens
from vitviz.app.function_source import show_function
from vitviz.app.topics.loss.fragments import READINGS, token_chosen
from vitviz.app.topics.loss.gradient import sent_back
from vitviz.app.topics.loss.label_loss import label_loss, probabilities
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.models.config import ViTConfig
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from vitviz.analysis.loss.class_heads import HeadSize, Reading
    from vitviz.models.swin import SwinTransformer
    from vitviz.models.vit import VisionTransformer
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

BEST = 3
PICTURE_SIDE = 240


def show() -> None:
    """The page."""
    model = session.entry()
    shell.head(say("loss.title"), say("loss.lead"), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    _readings(model, trace)
    _head(model, trace)
    _one_score(model, trace)
    probabilities(model, trace)
    label_loss(model, trace)
    sent_back(model, trace)


@st.fragment(key=READINGS)
def _readings(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.loss.class_heads import readings

    st.header(say("loss.readings"), anchor=False)
    stream = trace[f"{trace.network.steps()[-1][0]}.resid_post"]
    grid = (stream.shape[1], stream.shape[2]) if model.is_swin else tokens.finest(model)
    token = tokens.current(model, grid)
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        st.markdown(say("loss.token"))
        picker(
            f"loss.picture.{model.name}", session.seen(model), *grid, token,
            partial(token_chosen, model, trace, grid=grid),
            prefix=tokens.prefix(model), grid=grid[0] <= 28, width=PICTURE_SIDE,
        )  # fmt: skip
    found = readings(trace.network, stream, token)
    with right:
        _compare(trace, found, token)
        show_function(trace, "classify", trace.network.classify, stream)
        st.caption(say("loss.readings_try" if not model.is_swin else "loss.readings_try_swin"))


def _compare(trace: Trace, found: list[Reading], token: int) -> None:
    """Every reading with its best classes: one row with the final norm, one without."""
    for normed in (True, False):
        row = [reading for reading in found if reading.normed == normed]
        st.markdown(say("loss.with_norm" if normed else "loss.without_norm"))
        st.html(html.beside(_reading(trace, reading, token) for reading in row))


def _reading(trace: Trace, reading: Reading, token: int) -> str:
    logits = reading.logits
    order = np.argsort(-logits, kind="stable")[:BEST].tolist()
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    scores = " ".join(f"{logits[i]:.3f}" for i in order).replace("-", "\u2212")
    return html.titled(
        say(f"loss.pool_{reading.pooling}", token=token),
        html.bars([(trace.class_name(i), float(shares[i])) for i in order]),
        say("loss.trained") if reading.trained else "",
        say("loss.scores", scores=scores),
    )


def _head(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.loss.class_heads import head_sizes

    st.header(say("loss.head"), anchor=False)
    config, network = trace.config, cast("VisionTransformer | SwinTransformer", trace.network)
    hidden = config.representation_size if isinstance(config, ViTConfig) else None
    dim = int(network.norm.weight.shape[0])
    count = int(network.head.weight.shape[0])
    bias = network.head.bias is not None
    left, right = st.columns(2, gap="medium")
    for place, size in ((left, None), (right, hidden or dim)):
        with place:
            own = " :orange-badge[" + say("loss.own_head") + "]" if size == hidden else ""
            st.markdown(f"**{say('loss.one_linear' if size is None else 'loss.two_linear')}**{own}")
            st.html(_sizes(head_sizes(dim, count, size, bias)))
    right.caption(say("loss.paper_head" if hidden is None else "loss.paper_head_here"))
    left.caption(say("loss.one_linear_help"))


def _sizes(layers: list[HeadSize]) -> str:
    rows = [(layer.name, str(layer.shape), f"{layer.parameters:,}") for layer in layers]
    rows.append((say("loss.together"), "", f"{sum(layer.parameters for layer in layers):,}"))
    return html.table(rows, (say("loss.layer"), say("loss.weight"), say("loss.parameters")), numbers=[1, 2])


@st.fragment
def _one_score(model: ModelEntry, trace: Trace) -> None:
    """One class's score as the dot product that it is."""
    from vitviz.analysis.loss.class_heads import trained_pooling

    network = cast("VisionTransformer | SwinTransformer", trace.network)
    target = class_choice.choose_target(model, trace, say("loss.class"), "loss.score")
    both = trained_pooling(trace.config) == "both"
    x = trace[_read_name(trace)][0].double().numpy()  # (D,) or (R,)
    weight = network.head.weight[target].double().numpy()
    bias = 0.0 if network.head.bias is None else float(network.head.bias[target])
    products = x * weight
    score = float(products.sum()) + bias
    st.markdown(
        rf"$\displaystyle z_c = \sum_{{j=1}}^{{{len(x)}}} W_{{cj}}\, y_j + b_c = {text(products.sum())}"
        rf" + ({text(bias)}) = {text(score)}$"
    )
    if both:
        st.caption(say("loss.both_heads", logit=fixed(trace.logits[target].item())))
    else:
        logit = trace.logits[target].item()
        st.caption(say("loss.score_check", logit=fixed(logit), gap=f"{abs(score - logit):.1e}"))
    setting = f"loss.channel.{model.name}"
    rows = [
        Strip("y", x, span(x, "activation")),
        Strip("W", weight, span(weight, "weight"), "weight"),
        Strip("W\u00b7y", products, span(products, "activation")),
    ]
    strips(
        f"loss.strips.{model.name}", rows, session.setting(setting, int(np.argmax(np.abs(products)))) % len(x),
        lambda index: session.set_setting(setting, index), index_name=say("channel"),
    )  # fmt: skip


def _read_name(trace: Trace) -> str:
    """The tensor that the last linear map reads."""
    names = trace.names()
    if "pre_logits" in names:
        return "pre_logits"
    config = trace.config
    after = isinstance(config, ViTConfig) and config.norm_after_pool
    return "ln_final.out" if after else "pooled"

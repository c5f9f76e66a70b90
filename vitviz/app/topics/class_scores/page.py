"""Class scores: which tokens are read, one linear map to the scores, and their softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import class_choice, html, links, session, shell, tokens
from vitviz.app.class_names import class_name, naming
from vitviz.app.fragments import token_chosen
from vitviz.app.function_source import show_function
from vitviz.app.settings import Setting
from vitviz.app.topics.class_scores.part import softmax_bars
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, in_brackets
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from vitviz.analysis.class_scores.class_heads import HeadSize, Reading
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

READINGS = "class_scores.readings"
CHANNEL = Setting("class_scores.channel", links.whole)
BEST = 3
PICTURE_SIDE = 240


def show() -> None:
    """The last steps of this person's run in their order, from the last stream to probabilities."""
    model = session.entry()
    shell.head(say("class_scores.title"), say("class_scores.lead"), model)
    if not shell.has_classes(model):
        return
    with st.spinner(say("running")):
        trace = session.trace(model)
    _readings(model, trace)
    _head(trace)
    _one_score(model, trace)
    _probabilities(model, trace)


@st.fragment(key=READINGS)
def _readings(model: ModelEntry, trace: Trace) -> None:
    """The class scores that every token, pooling and norm would give."""
    from vitviz.analysis.class_scores.class_heads import readings, reads_tokens

    st.header(say("class_scores.readings"), anchor=False)
    if not reads_tokens(model.config):
        st.info(say("class_scores.other_pooling"))
        show_function(
            trace, "classify", trace.network.classify, trace[f"{trace.network.steps()[-1][0]}.resid_post"]
        )
        return
    stream = trace[f"{trace.network.steps()[-1][0]}.resid_post"]
    grid = (stream.shape[1], stream.shape[2]) if model.is_swin else tokens.finest(model)
    token = tokens.current(model, grid)
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        st.markdown(say("class_scores.token"))
        picker(
            f"class_scores.picture.{model.name}", session.seen(model), *grid, token,
            token_chosen(model, READINGS, grid=grid),
            prefix=tokens.prefix(model), grid=grid[0] <= 28, width=PICTURE_SIDE,
        )  # fmt: skip
    found = readings(trace.network, stream, token)
    with right:
        _compare(trace, found, token)
        show_function(trace, "classify", trace.network.classify, stream)
        st.caption(
            say("class_scores.readings_try" if not model.is_swin else "class_scores.readings_try_swin")
        )


def _compare(trace: Trace, found: list[Reading], token: int) -> None:
    """Every reading with its best classes: one row with the final norm, one without."""
    for normed in (True, False):
        row = [reading for reading in found if reading.normed == normed]
        st.markdown(say("class_scores.with_norm" if normed else "class_scores.without_norm"))
        st.html(html.beside(_reading(trace, reading, token) for reading in row))


def _reading(trace: Trace, reading: Reading, token: int) -> str:
    best = reading.best(BEST)
    scores = " ".join(f"{one.logit:.3f}" for one in best).replace("-", "\u2212")
    return html.titled(
        say(f"class_scores.pool_{reading.pooling}", token=token),
        html.bars([(class_name(trace, one.number), one.probability) for one in best]),
        say("class_scores.trained") if reading.trained else "",
        say("class_scores.scores", scores=scores),
    )


def _head(trace: Trace) -> None:
    """The sizes of the two heads of the paper, and which of them this model has."""
    from vitviz.analysis.class_scores.class_heads import paper_heads

    st.header(say("class_scores.head"), anchor=False)
    one, two = paper_heads(trace.network)
    captions = (
        say("class_scores.one_linear_help"),
        say("class_scores.paper_head_here" if two.own else "class_scores.paper_head"),
    )
    names = (say("class_scores.one_linear"), say("class_scores.two_linear"))
    for place, head, name, caption in zip(
        st.columns(2, gap="medium"), (one, two), names, captions, strict=True
    ):
        with place:
            own = " :orange-badge[" + say("class_scores.own_head") + "]" if head.own else ""
            st.markdown(f"**{name}**{own}")
            st.html(_sizes(head.layers))
            st.caption(caption)


def _sizes(layers: list[HeadSize]) -> str:
    rows = [(layer.name, str(layer.shape), f"{layer.parameters:,}") for layer in layers]
    rows.append((say("class_scores.together"), "", f"{sum(layer.parameters for layer in layers):,}"))
    return html.table(
        rows,
        (say("class_scores.layer"), say("class_scores.weight"), say("class_scores.parameters")),
        numbers=[1, 2],
    )


@st.fragment
def _one_score(model: ModelEntry, trace: Trace) -> None:
    """One class's score as the dot product that it is."""
    from vitviz.analysis.class_scores.class_heads import trained_pooling
    from vitviz.analysis.class_scores.class_score import class_score

    target = class_choice.choose_target(model, trace, say("class_scores.class"), "class_scores.score")
    score = class_score(trace, target)
    st.markdown(
        rf"$\displaystyle z_c = \sum_{{j=1}}^{{{len(score.features)}}} W_{{cj}}\, y_j + b_c"
        rf" = {text(score.products.sum())} + {in_brackets(score.bias)} = {text(score.score)}$"
    )
    logit = trace.logits[target].item()
    if trained_pooling(trace.config) == "both":
        st.caption(say("class_scores.both_heads", logit=fixed(logit)))
    else:
        st.caption(say("class_scores.score_check", logit=fixed(logit), gap=f"{abs(score.score - logit):.1e}"))
    rows = [
        Strip("y", score.features, span(score.features, "activation")),
        Strip("W", score.weights, span(score.weights, "weight"), "weight"),
        Strip("W\u00b7y", score.products, span(score.products, "activation")),
    ]
    channel = CHANNEL.get(int(np.argmax(np.abs(score.products))), model.name) % len(score.features)
    strips(
        f"class_scores.strips.{model.name}", rows, channel, lambda index: CHANNEL.set(index, model.name),
        index_name=say("channel"),
    )  # fmt: skip


def _probabilities(model: ModelEntry, trace: Trace) -> None:
    """The softmax of the run's logits, with a temperature to move."""
    st.header(say("class_scores.softmax.title"), anchor=False)
    st.markdown(say("class_scores.softmax.lead"))
    logits = trace.logits.numpy()
    names = list(map(naming(trace), range(len(logits))))
    softmax_bars(f"class_scores.softmax.{model.name}", logits, names, int(np.argmax(logits)))

"""Step 2: one patch becomes a token: its pixels, the same weights for every patch, and one sum for each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session, tokens
from vitviz.app.settings import PATCH_CHANNEL
from vitviz.app.topics.path.frame import ask, run_step, take_away
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, in_brackets, in_formula

if TYPE_CHECKING:
    from vitviz.analysis.patches.projection import Projection
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "token"
SIDE = 230
INDEX = "path.token.index"  # which product of the sum is read


def show() -> None:
    """A patch and a number of its token, chosen by the reader, and the sum that makes the one from the other."""
    model = session.entry()
    config = model.config
    length = config.in_channels * config.patch_size**2
    _token(model, run_step(STEP, model, length=length, dim=config.embed_dim))


@st.fragment
def _token(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.patches.embedding import embeddings, project_patch

    options = {name: say(f"path.token.{name}") for name in ("pixels", "weights", "both")}
    count = tokens.finest(model)[0] * tokens.finest(model)[1]
    answered = ask(
        STEP, model, options, lambda: "weights", lambda: say("path.token.because", count=f"{count:,}")
    )
    left, right = st.columns([1, 2.6], gap="medium")
    (rows, columns), prefix = tokens.finest(model), tokens.prefix(model)
    patch = tokens.current_patch(model)
    with left:
        picker(
            f"path.token.{model.name}", session.seen(model), rows, columns, len(prefix) + patch,
            lambda token: tokens.choose(model, token), prefix=prefix, chips=False, grid=rows <= 40, width=SIDE,
        )  # fmt: skip
    with right:
        dims = range(model.config.embed_dim)
        channel = PATCH_CHANNEL.widget(
            lambda key: st.slider(say("path.token.channel", dim=len(dims)), 0, dims[-1], key=key),
            dims, 0, model.name,
        )  # fmt: skip
        projection = project_patch(trace, *divmod(patch, columns), channel)
        computed = embeddings(trace)[patch]
        _sum(projection, float(computed[channel]), len(prefix) + patch, channel)
        st.markdown(say("path.token.whole", dim=len(dims)))
        strips(
            f"path.token.whole.{model.name}", [Strip("z", computed, span(computed, "activation"))], channel,
            lambda index: PATCH_CHANNEL.choose(index, model.name), index_name=say("channel"),
        )  # fmt: skip
    if answered:
        length = projection.pixels.size
        take_away(STEP, length=length, dim=len(dims))


def _sum(projection: Projection, computed: float, token: int, channel: int) -> None:
    pixels, weights, products = (
        values.ravel() for values in (projection.pixels, projection.weights, projection.products)
    )
    at = st.session_state.get(INDEX, projection.largest(1)[0].at) % pixels.size

    def choose(index: int) -> None:
        st.session_state[INDEX] = index

    rows = [
        Strip("x", pixels, span(pixels, "activation")),
        Strip(f"w[{channel}]", weights, span(weights, "weight"), "weight"),
        Strip("x·w", products, span(products, "activation")),
    ]
    strips("path.token.sum", rows, at, choose, index_name=say("path.token.index"))
    total = float(projection.sums.sum())
    st.markdown(
        rf"$z_{{{token},{channel}}} = \sum_{{i=1}}^{{{pixels.size}}} x_i\, w_i + b"
        rf" = {in_formula(total)} + {in_brackets(projection.bias)} = {projection.value:.6f}$"
    )
    gap = abs(projection.value - computed)
    st.caption(say("path.token.check", computed=fixed(computed), gap=f"{gap:.1e}"))

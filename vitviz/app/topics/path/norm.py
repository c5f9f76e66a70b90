"""Step 4: the layer norm of one token, formula first, with the token's own numbers in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import links, session, tokens
from vitviz.app.formulas import displayed, layer_norm
from vitviz.app.settings import Setting
from vitviz.app.topics.path.frame import ask, run_step, take_away
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.layer_norm.one_token import NormedToken
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "norm"
SIDE = 165
CHANNEL = Setting("path.norm.channel", links.whole)


def show() -> None:
    """A token before the first layer norm of a block, its mean and spread, and what is left of it after."""
    model = session.entry("vit")
    _norm(model, run_step(STEP, model, dim=model.config.embed_dim))


@st.fragment
def _norm(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.layer_norm.one_token import normed_token

    name = first_norm(trace)
    token = tokens.current(model)
    normed = normed_token(trace, name, token)
    after = normed.steps.normalized
    answered = ask(
        STEP, model, {answer: say(f"path.norm.{answer}") for answer in ("zero_one", "same", "between")},
        lambda: "zero_one",
        lambda: say("path.norm.because", token=token, mean=short(normed.steps.mean), scale=short(normed.steps.scale),
                    mean_after=f"{abs(after.mean()):.3f}", scale_after=f"{after.std():.3f}"),
    )  # fmt: skip
    left, middle = st.columns([0.75, 3], gap="medium")
    with left:
        grid = tokens.finest(model)
        picker(
            f"path.norm.{model.name}", session.seen(model), *grid, token,
            lambda chosen: tokens.choose(model, chosen), prefix=tokens.prefix(model), grid=grid[0] <= 40, width=SIDE,
        )  # fmt: skip
    channel = CHANNEL.get(0, model.name) % len(normed.x)
    with middle:
        st.markdown(say("path.norm.formula", name=name, token=token, channel=channel))
        mean, variance, scale, x_hat, y = layer_norm(normed, channel)
        if answered:
            first, second = st.columns([1, 1.1], gap="small")
            first.markdown(displayed([mean, variance, scale]))
            second.markdown(displayed([x_hat, y]))
            second.caption(say("path.norm.check", gap=f"{normed.gap(channel):.1e}"))
        else:
            st.markdown(r"$\displaystyle \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}},"
                        r"\qquad y = \hat x\,\gamma + \beta$")  # fmt: skip
    _strips(model, normed, channel, answered)
    if answered:
        take_away(STEP)


def first_norm(trace: Trace) -> str:
    """The layer norm that the path shows: the first inside a block that normalises tokens."""
    return next(
        site for site in (f"{trace.blocks[0].name}.ln{half}" for half in "12") if f"{site}.out" in trace
    )


def _strips(model: ModelEntry, normed: NormedToken, channel: int, answered: bool) -> None:
    """Before and after, each on its own scale: the pattern is the same, the numbers are not."""
    vectors = {"x": normed.x} | ({"x̂": normed.normalized, "y": normed.out} if answered else {})
    rows = [Strip(name, vector, span(vector, "activation")) for name, vector in vectors.items()]
    st.caption(say("path.norm.strips"))
    strips(
        f"path.norm.strips.{model.name}", rows, channel, lambda index: CHANNEL.set(index, model.name),
        index_name=say("channel"),
    )  # fmt: skip

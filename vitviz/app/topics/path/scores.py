"""Step 7: from the last tokens to class scores, probabilities and the loss of a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import class_choice, html, session, shell
from vitviz.app.class_names import class_name
from vitviz.app.topics.path.frame import ask, begin, take_away
from vitviz.app.words import say
from vitviz.models.config import ViTConfig
from vitviz.plot.numbers import fixed, in_formula, percent
from vitviz.tracing.arrays import to_numpy

if TYPE_CHECKING:
    from vitviz.analysis.loss.cross_entropy import CrossEntropy
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "scores"
ADDED = 5.0
LISTED = 6


def show() -> None:
    """The score of a class as a dot product, the softmax of all, and minus the logarithm of one: the loss."""
    model = session.entry()
    begin(STEP, model, classes=model.config.num_classes, vector=say(f"path.scores.reads_{reads(model)}"))
    if not shell.has_classes(model):
        return
    with st.spinner(say("running")):
        trace = session.trace(model)
    _scores(model, trace)


def reads(model: ModelEntry) -> str:
    """What the class scores are read from."""
    config = model.config
    return "token" if isinstance(config, ViTConfig) and config.pool == "token" else "all"


@st.fragment
def _scores(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.class_scores.class_score import class_score, features_name
    from vitviz.analysis.loss.cross_entropy import cross_entropy, softmax

    logits = to_numpy(trace.logits)
    answered = ask(
        STEP, model, {name: say(f"path.scores.{name}") for name in ("grow", "shrink", "stay")}, lambda: "stay",
        lambda: say("path.scores.because",
                    gap=f"{np.abs(softmax(logits + ADDED) - softmax(logits)).max():.1e}"),
    )  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with right:
        target = class_choice.choose_target(model, trace, say("path.scores.label"), "path.scores")
        score, loss = class_score(trace, target), cross_entropy(logits, target)
        st.markdown(say("path.scores.score", name=class_name(trace, target), size=len(score.features),
                        features=features_name(trace)))  # fmt: skip
        st.markdown(
            rf"$\displaystyle z_c = W_c \cdot y + b_c = {in_formula(float(score.products.sum()))}"
            rf" + ({in_formula(score.bias)}) = {score.score:.4f}$"
        )
        st.markdown(
            rf"$\displaystyle p_c = \frac{{e^{{z_c}}}}{{\sum_k e^{{z_k}}}} = {fixed(loss.probabilities[target], 4)}"
            rf", \qquad \text{{loss}} = -\ln p_c = {loss.loss:.4f}$"
        )
        st.caption(say("path.scores.check", logit=fixed(float(logits[target]), 4)))
    with left:
        st.markdown(say("path.scores.table", count=logits.size))
        st.html(html.table(rows(trace, loss, target), heads(), numbers=(1, 2, 3)))
    if answered:
        take_away(STEP)


def heads() -> list[str]:
    """What the columns of ``rows`` are."""
    return [say("path.scores.class"), "z", "e^(z − max z)", "p"]


def rows(trace: Trace, loss: CrossEntropy, target: int) -> list[tuple[str, str, str, str]]:
    """The classes with the highest scores and the chosen one, then all the others together."""
    order = np.argsort(-loss.logits, kind="stable").tolist()[:LISTED]
    listed = order if target in order else [*order[:-1], target]
    others = np.setdiff1d(np.arange(loss.logits.size), listed)
    table: list[tuple[str, str, str, str]] = [
        (
            f"{'▸ ' if i == target else ''}{class_name(trace, i)}", fixed(loss.logits[i], 3),
            fixed(loss.powers[i], 4), percent(loss.probabilities[i], 2),
        )
        for i in listed
    ]  # fmt: skip
    if others.size:
        more = say("path.scores.others", count=others.size)
        powers, share = loss.powers[others].sum(), loss.probabilities[others].sum()
        table.append((more, "", fixed(powers, 4), percent(share, 2)))
    return [*table, (say("path.scores.sum"), "", fixed(loss.total, 4), percent(loss.probabilities.sum(), 2))]

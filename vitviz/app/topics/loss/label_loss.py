"""The cross-entropy of a label with every number, and its gradient on the logits, beside torch's autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import class_choice, html, session
from vitviz.app.class_names import class_name
from vitviz.app.markup import as_text
from vitviz.app.topics.loss.fragments import LABEL, label_chosen
from vitviz.app.words import say
from vitviz.plot.numbers import fixed, in_brackets, short
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.loss.autograd import TorchLoss
    from vitviz.analysis.loss.cross_entropy import CrossEntropy
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

LISTED = 7
TORCH_LOSS: session.Derived[TorchLoss] = session.Derived("torch's loss of a label")


@st.fragment(key=LABEL)
def label_loss(model: ModelEntry, trace: Trace) -> None:
    """The label, the loss and its gradient on the logits."""
    from vitviz.analysis.loss.autograd import torch_loss
    from vitviz.analysis.loss.cross_entropy import cross_entropy

    st.header(say("loss.cross_entropy"), anchor=False)
    left, right = st.columns([1, 1.15], gap="medium")
    with left:
        label = class_choice.choose_label(
            model, trace, say("loss.label"), "loss.label", lambda: label_chosen(model, trace)
        )
        loss = cross_entropy(trace.logits.numpy(), label)
        computed, gradient = session.derived(
            trace, TORCH_LOSS.at(label), lambda: torch_loss(trace.logits, label)
        )
        _formulas(loss, as_text(class_name(trace, label)))
        st.caption(say("loss.check", loss=fixed(computed), gap=f"{abs(computed - loss.loss):.1e}"))
    with right:
        st.markdown(say("loss.gradient"))
        st.html(_table(trace, loss, gradient))
        gap = float(np.abs(gradient - loss.gradient).max())
        st.caption(say("loss.gradient_check", gap=f"{gap:.1e}", total=f"{loss.gradient.sum():.1e}"))


def _formulas(loss: CrossEntropy, name: str) -> None:
    z, p = loss.logits[loss.label], loss.probabilities[loss.label]
    formulas = (
        rf"\log \sum_k e^{{z_k}} = m + \log \sum_k e^{{z_k - m}} = {text(loss.largest)} + \log {text(loss.total)}"
        rf" = {text(loss.lse)}",
        rf"L = -z_y + \log \sum_k e^{{z_k}} = -{in_brackets(z)} + {text(loss.lse)} = {text(loss.loss)}",
        rf"L = -\log p_y = -\log {text(p)} = {text(loss.loss)}",
    )
    st.markdown("\n\n".join(rf"$\displaystyle {formula}$" for formula in formulas))
    st.caption(say("loss.symbols", name=name))


def _table(trace: Trace, loss: CrossEntropy, gradient: NDArray[np.float64]) -> str:
    """The label and the classes with the highest scores; what is left in one line."""
    leading = loss.leading(LISTED)
    rows: list[tuple[str, ...]] = [
        (
            class_name(trace, i), fixed(loss.logits[i], 4), short(loss.powers[i]), fixed(loss.probabilities[i], 4),
            str(int(i == loss.label)), fixed(loss.gradient[i]), fixed(gradient[i]),
        )
        for i in leading
    ]  # fmt: skip
    others = len(loss.logits) - len(leading)
    if others > 0:
        power, probability, own, torchs = (
            float(np.delete(values, leading).sum())
            for values in (loss.powers, loss.probabilities, loss.gradient, gradient)
        )
        rest = (short(power), fixed(probability, 4), "0", fixed(own), fixed(torchs))
        rows.append((say("loss.others", count=others), "", *rest))
    heads = (say("loss.name"), "z", "e^(z\u2212m)", "p", "y", "p\u2212y", "autograd")
    return html.table(rows, heads, numbers=range(1, 7))

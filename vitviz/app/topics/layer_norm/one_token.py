"""One token through one layer norm: its values before, normalised and after, and one channel with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.analysis.layer_norm.steps import NormSteps, normalise
from vitviz.app import session
from vitviz.app.topics.layer_norm.charts import three_histograms
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.tracing.norms import NormSite
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


def opened(model: ModelEntry, trace: Trace, name: str, token: int) -> None:
    """Show what the layer norm called ``name`` does to its token number ``token``."""
    site = _site(trace, name)
    gamma, beta = site.module.weight.numpy(), site.module.bias.numpy()
    x, normalized, out = (
        _tokens(trace[key])[token].numpy() for key in (site.input_name, f"{name}.normalized", f"{name}.out")
    )
    st.header(say("layer_norm.one_token", token=token, dim=len(x), name=name), anchor=False)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        says = say("layer_norm.histograms")
        st.caption(says)
        chart("layer_norm.histograms", three_histograms({"x": x, "x\u0302": normalized, "y": out}, says))
    channel = session.setting(f"layer_norm.channel.{model.name}", 0) % len(x)
    with right:
        st.markdown(f"**{say('layer_norm.opened', channel=channel)}**")
        steps = normalise(x, gamma, beta, site.module.eps)
        _formulas(steps, float(gamma[channel]), float(beta[channel]), site.module.eps, channel)
        gap = f"{abs(steps.out[channel] - float(out[channel])):.1e}"
        everywhere = session.derived(trace, f"gap of {name}", lambda: _fused_gap(trace, site))
        st.caption(say("layer_norm.check", out=f"{out[channel]:.6f}", gap=gap, all=f"{everywhere:.1e}"))
    st.markdown(say("layer_norm.choose_channel"))
    values = span(np.concatenate([x, normalized, out]), "activation")
    weights = span(np.append(gamma, beta), "weight")
    rows = [
        Strip("x", x, values),
        Strip("\u03bc", np.full_like(x, steps.mean), values),
        Strip("s", np.full_like(x, steps.scale), values),
        Strip("x\u0302", normalized, values),
        Strip("\u03b3", gamma, weights, "weight"),
        Strip("\u03b2", beta, weights, "weight"),
        Strip("y", out, values),
    ]
    strips(
        f"layer_norm.strips.{model.name}", rows, channel,
        lambda index: session.set_setting(f"layer_norm.channel.{model.name}", index),
        index_name=say("channel"),
    )  # fmt: skip


def _formulas(steps: NormSteps, gamma: float, beta: float, eps: float, channel: int) -> None:
    """The equations, each with the numbers that went in and the one that came out."""
    dim, x, x_hat = len(steps.x), steps.x[channel], steps.normalized[channel]
    formulas = (
        rf"\mu = \frac{{1}}{{D}} \sum_i x_i = \frac{{{text(steps.x.sum())}}}{{{dim}}} = {text(steps.mean)}",
        rf"\sigma^2 = \frac{{1}}{{D}} \sum_i (x_i - \mu)^2 = \frac{{{text(steps.variance * dim)}}}{{{dim}}}"
        rf" = {text(steps.variance)}",
        rf"s = \sqrt{{\sigma^2 + \epsilon}} = \sqrt{{{text(steps.variance)} + {_power(eps)}}} = {text(steps.scale)}",
        rf"\hat x = \frac{{x - \mu}}{{s}} = \frac{{{text(x)} - {_signed(steps.mean)}}}{{{text(steps.scale)}}}"
        rf" = {text(x_hat)}",
        rf"y = \hat x \, \gamma + \beta = {text(x_hat)} \cdot {_signed(gamma)} + {_signed(beta)}"
        rf" = {steps.out[channel]:.6f}",
    )
    st.markdown("\n\n".join(rf"$\displaystyle {formula}$" for formula in formulas))


def _power(eps: float) -> str:
    exponent = int(f"{eps:e}".partition("e")[2])
    mantissa = eps / 10.0**exponent
    return rf"10^{{{exponent}}}" if round(mantissa, 9) == 1 else rf"{mantissa:g} \cdot 10^{{{exponent}}}"


def _signed(value: float) -> str:
    return f"({text(value)})" if value < 0 else text(value)


def _fused_gap(trace: Trace, site: NormSite) -> float:
    """Largest |difference| between the recorded steps and torch's own kernel, over all tokens."""
    import torch.nn.functional as F

    norm = site.module
    fused = F.layer_norm(trace[site.input_name], norm.normalized_shape, norm.weight, norm.bias, norm.eps)
    return float((fused - trace[f"{site.name}.out"]).abs().max())


def _site(trace: Trace, name: str) -> NormSite:
    from vitviz.tracing.norms import norm_sites

    return next(site for site in norm_sites(trace) if site.name == name)


def _tokens(x: Tensor) -> Tensor:
    """(1, ..., D) -> (N, D)."""
    return x.flatten(0, -2)

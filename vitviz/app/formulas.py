"""Equations with the numbers of a run in them, as LaTeX for ``st.markdown``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.plot.numbers import in_brackets
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from vitviz.analysis.layer_norm.one_token import NormedToken


def layer_norm(normed: NormedToken, channel: int) -> list[str]:
    """Mean, variance, scale, one normalised channel and one output (arXiv 1607.06450), each with what went in."""
    steps, eps = normed.steps, normed.eps
    gamma, beta = float(normed.gamma[channel]), float(normed.beta[channel])
    dim, x, x_hat = len(steps.x), steps.x[channel], steps.normalized[channel]
    return [
        rf"\mu = \frac{{1}}{{D}} \sum_i x_i = \frac{{{text(steps.x.sum())}}}{{{dim}}} = {text(steps.mean)}",
        rf"\sigma^2 = \frac{{1}}{{D}} \sum_i (x_i - \mu)^2 = \frac{{{text(steps.variance * dim)}}}{{{dim}}}"
        rf" = {text(steps.variance)}",
        rf"s = \sqrt{{\sigma^2 + \epsilon}} = \sqrt{{{text(steps.variance)} + {_power(eps)}}} = {text(steps.scale)}",
        rf"\hat x = \frac{{x - \mu}}{{s}} = \frac{{{text(x)} - {in_brackets(steps.mean)}}}{{{text(steps.scale)}}}"
        rf" = {text(x_hat)}",
        rf"y = \hat x \, \gamma + \beta = {text(x_hat)} \cdot {in_brackets(gamma)} + {in_brackets(beta)}"
        rf" = {steps.out[channel]:.6f}",
    ]


def displayed(formulas: list[str]) -> str:
    """Each on a line of its own."""
    return "\n\n".join(rf"$\displaystyle {formula}$" for formula in formulas)


def _power(eps: float) -> str:
    exponent = int(f"{eps:e}".partition("e")[2])
    mantissa = eps / 10.0**exponent
    return rf"10^{{{exponent}}}" if round(mantissa, 9) == 1 else rf"{mantissa:g} \cdot 10^{{{exponent}}}"

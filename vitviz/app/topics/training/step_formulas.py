"""The chain rule and AdamW with the numbers of one weight in them, as LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.plot.numbers import in_brackets
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from vitviz.analysis.training.adamw import AdamWStep
    from vitviz.analysis.training.chain_rule import Backward, Place


def chain_formula(back: Backward, place: Place, row: int, column: int, at: int) -> str:
    """The factors of one term of a weight's gradient; ``at`` counts pictures, or pictures and tokens."""
    arriving, inputs = (float(each.flatten()[at]) for each in back.terms(place, row, column))
    product = text(arriving * inputs)
    if place == "head":
        batch = len(back.labels)
        p = float(back.probabilities[at, row])
        y = int(back.labels[at] == row)
        return (
            rf"\frac{{p - y}}{{B}} \cdot x = \frac{{{text(p)} - {y}}}{{{batch}}} \cdot {in_brackets(inputs)}"
            rf" = {product}"
        )
    if place == "fc2":
        return rf"\delta \cdot h = {text(arriving)} \cdot {in_brackets(inputs)} = {product}"
    sent = float(back.at_hidden[..., row].flatten()[at])
    slope = float(back.slope[..., row].flatten()[at])
    return (
        rf"(\delta W_2) \cdot \mathrm{{GELU}}'(a) \cdot x = {text(sent)} \cdot {in_brackets(slope)}"
        rf" \cdot {in_brackets(inputs)} = {product}"
    )


def adamw_formulas(step: AdamWStep, row: int, column: int, length: float, clip: float) -> list[str]:
    """Clipping, both moments, their corrections, decay and the step of one weight."""
    s, t = step.settings, step.number

    def at(name: str) -> float:
        return float(getattr(step, name)[row, column])

    g, m, v = at("gradient"), at("m"), at("v")
    return [
        rf"g = \min\left(1, \tfrac{{1}}{{\lVert g \rVert}}\right) \, \nabla_w L, \quad \lVert g \rVert ="
        rf" {text(length)}, \quad g = {text(clip)} \cdot {in_brackets(g / clip)} = {text(g)}",
        rf"m = \beta_1 m + (1 - \beta_1) g = {s.beta1:g} \cdot {in_brackets(at('m_before'))}"
        rf" + {1 - s.beta1:.4g} \cdot {in_brackets(g)} = {text(m)}",
        rf"v = \beta_2 v + (1 - \beta_2) g^2 = {s.beta2:g} \cdot {in_brackets(at('v_before'))}"
        rf" + {1 - s.beta2:.4g} \cdot \left({text(g)}\right)^2 = {text(v)}",
        rf"\hat m = \frac{{m}}{{1 - \beta_1^t}} = \frac{{{text(m)}}}{{1 - {s.beta1:g}^{{{t}}}}} = {text(at('m_hat'))},"
        rf" \quad \hat v = \frac{{v}}{{1 - \beta_2^t}} = \frac{{{text(v)}}}{{1 - {s.beta2:g}^{{{t}}}}}"
        rf" = {text(at('v_hat'))}",
        rf"w - \alpha \lambda w = {text(at('before'))} - {text(s.lr)} \cdot {s.weight_decay:g} \cdot"
        rf" {in_brackets(at('before'))} = {float(step.decayed[row, column]):.9f}",
        rf"w' = {float(step.decayed[row, column]):.9f} - \alpha \frac{{\hat m}}{{\sqrt{{\hat v}} + \epsilon}}"
        rf" = {float(step.decayed[row, column]):.9f} - {in_brackets(at('step'))}"
        rf" = {float(step.weights[row, column]):.9f}",
    ]

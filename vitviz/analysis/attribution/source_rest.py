"""What the tokens that a head looked at leave of its contribution: the output's bias and padding are no token's."""

from __future__ import annotations

from typing import NamedTuple

from vitviz.analysis.attribution.logit_attribution import Attribution, Part

ROUNDING = 1e-4  # a run in float32 comes that close, relative to the numbers themselves


class SourceRest(NamedTuple):
    """What no token gave of a head's or an attention's ``given``: the output's bias, and padding of a Swin map."""

    bias: float
    padding: float
    given: float


def source_rest(attribution: Attribution, number: int, target: int, total: float) -> SourceRest:
    """What is missing between the sum over the tokens, ``total``, and what part ``number`` gives to class ``target``.

    Padding within rounding of nothing is 0.
    """
    scores, part = attribution.scores(target), attribution.parts[number]
    given = float(scores[number])
    inside = part.kind == "attention"
    bias = float(scores[attribution.parts.index(Part("bias", part.block))]) if inside else 0.0
    padding = given - bias - total
    nothing = abs(padding) <= ROUNDING * max(abs(given), abs(total), 1e-3)
    return SourceRest(bias, 0.0 if nothing else padding, given)

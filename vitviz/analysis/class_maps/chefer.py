"""Relevance by gradient-weighted attention (Chefer, Gur and Wolf 2021, ICCV, arXiv 2103.15679, equations 5 and 6).

Each layer's attention counts as far as more of it would raise the score: E_h (grad A * A)^+, the mean over the heads of
what is positive. The relevance matrix R begins as the identity and grows by R <- R + E_h (grad A * A)^+ R; the map is
its row of the class token. That row is r (I + B^L) ... (I + B^1) for r the unit vector of the class token, so it is
made from the last layer to the first, r <- r + r B^l, in the order in which the backward pass gives the gradients:
one forward and one backward pass with one block's memory, and never an N x N product.

Where the head reads several tokens, r is their shares (``composition.reading_row``); that is not in the paper. A class
token's own share stays at the class token and is on no patch. The equal shares of a mean would stay on the patches, a
constant under the map that has nothing to do with the class, so they are left out likewise: the map is r R - r. For a
Swin the same, across shifted windows and mergings as ``composition`` derives it: ours, experimental. With a pooling
query (SigLIP) r begins with the positive gradient-weighted attention of that query, the paper's rule for
cross-attention (equation 10) where the query's own relevance begins at 0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import torch
from torch import Tensor

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.composition import (
    POOL_PATTERN,
    Merging,
    from_pool,
    on_patches,
    pools_by_attention,
    reading_row,
    steps_back,
    through_attention,
    through_merging,
)
from vitviz.analysis.class_maps.leaving_out import Kind, keys_of, left_out
from vitviz.analysis.class_maps.reasons import check, no_classifier, no_shares
from vitviz.analysis.class_maps.sensitivity import Sensitive, score_direction, sensitivities
from vitviz.tracing.arrays import wide
from vitviz.tracing.trace import Trace


def why_not(trace: Trace) -> str:
    """Any model with classes whose head reads a sum of tokens."""
    return no_classifier(trace) or no_shares(trace)


def attribute(
    trace: Trace, target: int, against: int | None = None, *, without: Collection[Kind] = ()
) -> ClassMap:
    """The relevance of every patch for logit[target], or for logit[target] - logit[against]; nothing is below 0.

    ``without``: "prefix", "high_norm", see ``leaving_out``.

    Raises:
        ValueError: if the model has no such class, or its head reads no sum of tokens.
    """
    check(trace, why_not)
    tokens = left_out(trace, without)
    direction = score_direction(trace, target, against)
    pool = [POOL_PATTERN] if pools_by_attention(trace) else []
    found = sensitivities(trace, direction, [*pool, *(f"{block.name}.pattern" for block in trace.blocks)])
    rows = from_pool(trace, positive_product(next(found)), tokens) if pool else reading_row(trace, tokens)
    return ClassMap(
        "chefer",
        on_patches(trace, _back(trace, rows, found, tokens)[0]),
        False,
        "logit",
        target,
        against,
        3.0,
    )


def _back(trace: Trace, rows: Tensor, found: Iterator[Sensitive], tokens: tuple[int, ...]) -> Tensor:
    """From the shares of the last tokens (1, N') to what attention brought from the patches (1, N)."""
    unmoved = torch.zeros_like(rows) if pools_by_attention(trace) else rows
    for step in steps_back(trace):
        if isinstance(step, Merging):
            rows, unmoved = through_merging(rows, step), through_merging(unmoved, step)
        else:
            weights = positive_product(next(found))  # (W, M, M)
            rows = rows + through_attention(rows, weights, step.tokens, keys_of(step, tokens))
    return (rows - unmoved).clamp(min=0)  # below 0 by rounding alone


def positive_product(attention: Sensitive) -> Tensor:
    """E_h (grad A * A)^+ of patterns (W, H, M, M): (W, M, M), float64."""
    product = (attention.tensor * attention.gradient).clamp_(min=0)  # (W, H, M, M)
    return wide(product.mean(dim=1))  # (W, M, M)


METHOD = Method("chefer", attribute, why_not)

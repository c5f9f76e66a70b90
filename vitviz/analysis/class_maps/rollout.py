"""Attention rollout as a class map (Abnar and Zuidema 2020, arXiv 2005.00928, section 3), of no class at all.

Each layer passes on half of what a token is and half of what it looks at: r <- r rownorm(A + I), A the mean over the
heads, from the last layer to the first; r begins as the head's share of every token (``composition.reading_row``). For
a class token that is its row of the rolled-out N x N matrix. Values, MLPs and norms are left out.

For a Swin the same, across shifted windows and mergings as ``composition`` derives it: ours, experimental. Padding that
a query looked at is no part of the picture; its row is normalised without it.
"""

from __future__ import annotations

from collections.abc import Collection

from torch import Tensor

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.composition import (
    Merging,
    mean_pattern,
    on_patches,
    reading_row,
    row_sums,
    steps_back,
    through_attention,
    through_merging,
)
from vitviz.analysis.class_maps.leaving_out import Kind, keys_of, left_out
from vitviz.analysis.class_maps.reasons import check, no_shares
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.trace import Trace


def why_not(trace: Trace) -> str:
    """Any pooling that is a sum over the tokens will do; no head is needed."""
    if not isinstance(trace.structure, VisionTransformer | SwinTransformer):
        return "not_vit"
    return no_shares(trace)


def attribute(
    trace: Trace, target: int, against: int | None = None, *, without: Collection[Kind] = ()
) -> ClassMap:
    """Roll attention out over all layers. The map is the same for every class; it sums to 1 with the prefix tokens.

    ``without``: "prefix", "high_norm", see ``leaving_out``.

    Raises:
        ValueError: if the head reads no sum of tokens.
    """
    check(trace, why_not)
    tokens = left_out(trace, without)
    rows = reading_row(trace, tokens)  # (1, N)
    for step in steps_back(trace):
        rows = through_merging(rows, step) if isinstance(step, Merging) else _layer(step, rows, tokens)
    return ClassMap("rollout", on_patches(trace, rows[0]), False, "nothing", target)


def _layer(block: BlockTrace, rows: Tensor, tokens: tuple[int, ...]) -> Tensor:
    """rows rownorm(A + I): (R, N), same shape."""
    weights, queries, keys = mean_pattern(block), block.tokens, keys_of(block, tokens)
    rows = rows / (1 + row_sums(weights, queries, keys))  # (R, N)
    return rows + through_attention(rows, weights, queries, keys)  # (R, N)


METHOD = Method("rollout", attribute, why_not, classless=True)

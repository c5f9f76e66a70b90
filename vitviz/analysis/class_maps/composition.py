"""Attention of all layers composed into one row of weights over the patches, in a ViT and in a Swin.

Rollout and relevance are products of one N x N matrix a layer, of which only what the head reads is looked at in the
end: a row vector r, the head's share of every token of the last layer. So we begin with r and multiply it through the
layers from the last one to the first, r <- r A^l. That is a vector times a matrix, O(N^2) a layer in place of O(N^3).

**In a Swin** (ours; we know of no other description). Let tokens of a map be counted row by row, t(w, i) the token at
place i of window w after padding and cyclic shift (``windows.token_map``), with no token at padding. A block's
attention, seen from the un-rolled map, is the N x N matrix

    A[t(w, i), t(w, j)] = P_w[i, j],    0 between tokens of different windows,

a permuted block-diagonal matrix: the shift only moves which tokens share a window, and P_w already has the mask of
the shifted windows inside its softmax. Hence (r A)[t(w, j)] = sum_i r[t(w, i)] P_w[i, j]: gather r into the windows,
multiply each by its M^2 x M^2 pattern, scatter back. N M^2 products; A itself is never made. Places of padding are
left out on both sides: as queries they are cropped away, and as keys they are no part of the picture. What a query
gave to padding is therefore missing in its row.

A patch merging makes one token of each 2 x 2 neighbours. As a matrix it is M[o, i] = 1 / |n(o)| for the real tokens
i in n(o) (four of them, or fewer at an odd border), 0 elsewhere: r <- r M shares what is of a merged token equally
among those that it was made of. Its rows sum to 1 as attention's do. That the four count alike is an assumption, the
one thing here that is not read off the run. Embedding, norms and MLPs act on every token alone: the identity.

The tests hold all of it to the dense product of N x N matrices, built without the windows' own functions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.attention.rollout import mean_over_heads
from vitviz.analysis.swin_shift.merging import neighbours
from vitviz.models.config import ViTConfig
from vitviz.models.layers import attention_scores
from vitviz.probe import no_probe
from vitviz.tracing.arrays import wide
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace

POOL_PATTERN = "pool.pattern"  # of a learned query that pools the tokens


class Merging(NamedTuple):
    """A patch merging of a Swin: ``sources`` (N', 4) are the tokens that each output is made of, -1 for none."""

    name: str
    sources: Tensor


Step = BlockTrace | Merging


def steps_back(trace: Trace) -> Iterator[Step]:
    """Blocks and patch mergings, the last one first."""
    blocks = {block.name: block for block in trace.blocks}
    for name, _ in reversed(trace.structure.steps()):
        if name in blocks:
            yield blocks[name]
        else:
            height, width = trace.kept[f"{name}.resid_pre"].shape[1:3]
            yield Merging(name, torch.from_numpy(neighbours(height, width)).flatten(0, 1))


def through_attention(rows: Tensor, weights: Tensor, queries: Tensor, keys: Tensor | None = None) -> Tensor:
    """``rows`` (R, N) times the N x N matrix whose windows' parts are ``weights``, which is never made: (R, N).

    ``weights`` are (W, M, M), [window, query, key]; ``queries`` (W, M) says which token sits at each place, -1 for
    padding, and ``keys`` the same of the tokens that are looked at, where some of them are left out. A ViT is one
    window of all tokens.
    """
    keys = queries if keys is None else keys
    at = rows[:, queries.clamp(min=0)] * (queries >= 0)  # (R, W, M)
    looked = torch.einsum("rwi,wij->rwj", at, weights)  # (R, W, M)
    real = keys >= 0
    return torch.zeros_like(rows).index_add_(1, keys[real], looked[:, real])  # (R, N)


def row_sums(weights: Tensor, queries: Tensor, keys: Tensor) -> Tensor:
    """How much each token gives to tokens at all, (N,): the row sums of that matrix."""
    given = (weights * (keys >= 0).unsqueeze(1)).sum(dim=-1)  # (W, M)
    real = queries >= 0
    result = given.new_zeros(int(queries.max()) + 1)
    result[queries[real]] = given[real]
    return result


def through_merging(rows: Tensor, merging: Merging) -> Tensor:
    """Share ``rows`` (R, N') over a merging's outputs equally among the tokens they are made of: (R, N)."""
    real = merging.sources >= 0  # (N', 4)
    shares = rows / real.sum(dim=1)  # (R, N')
    result = rows.new_zeros(len(rows), int(merging.sources.max()) + 1)
    return result.index_add_(1, merging.sources[real], shares[:, real.nonzero()[:, 0]])  # (R, N)


def pools_by_attention(trace: Trace) -> bool:
    """Whether a learned query looks at the last tokens, and the head reads what it found."""
    config = trace.config
    return isinstance(config, ViTConfig) and config.pool == "map"


def from_pool(trace: Trace, weights: Tensor, left_out: Collection[int] = ()) -> Tensor:
    """The pooling query's ``weights`` (1, 1, K) on the last tokens, or on the patches alone, as a row (1, N)."""
    row = torch.zeros(1, trace.blocks[-1].num_tokens, dtype=torch.float64)
    row[:, -weights.shape[-1] :] = weights[0]
    row[:, list(left_out)] = 0
    return row


def reading_row(trace: Trace, left_out: Collection[int] = ()) -> Tensor:
    """The share of every last token in what the head reads, (1, N), float64; the shares sum to 1.

    One for the class token, a half each where a distillation token has a head of its own, equal ones for a mean; where
    the head reads the class token beside the mean of the patches, a half for each of these; the mean weight of the
    heads where a query pools. Patches that are ``left_out`` have no share, and the others theirs.
    """
    config = trace.config
    last = trace.blocks[-1]
    first, count = last.num_prefix, last.num_tokens
    if pools_by_attention(trace):
        return _normalised(from_pool(trace, wide(trace[POOL_PATTERN]).mean(dim=1), left_out))
    row = torch.zeros(1, count, dtype=torch.float64)
    if not isinstance(config, ViTConfig) or config.pool == "avg":
        row[:, 0 if isinstance(config, ViTConfig) and config.pool_prefix else first :] = 1
        row[:, list(left_out)] = 0
    elif config.pool == "token_avg":
        row[:, first:] = 1
        row[:, [token for token in left_out if token >= first]] = 0
        row = _normalised(row)
        row[:, 0] = 1
    else:
        row[:, : 2 if config.distillation_token and config.distillation_head else 1] = 1
    return _normalised(row)


def _normalised(row: Tensor) -> Tensor:
    return row / row.sum()


def on_patches(trace: Trace, row: Tensor) -> NDArray[np.float64]:
    """A number for every token of the first block (N,), without the prefix tokens, as the map (h, w)."""
    values: NDArray[np.float64] = row[trace.config.num_prefix :].reshape(trace.patch_grid).numpy()
    return values


def mean_pattern(block: BlockTrace) -> Tensor:
    """The mean of all heads' patterns, (W, M, M), float64; a ViT block is one window."""
    if not isinstance(block, SwinBlockTrace):
        return wide(mean_over_heads(block)).unsqueeze(0)  # (1, N, N)
    if block.trace.intervention is not no_probe:
        return wide(block["pattern"]).mean(dim=1)  # (W, M, M)
    with torch.no_grad():
        scores = attention_scores(block["q"], block["k"], block.bias, block.mask)  # (W, H, M, M)
        return wide(scores.softmax(dim=-1)).mean(dim=1)  # (W, M, M)

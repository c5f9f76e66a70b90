"""What every row of a block's attention is known by, in one pass that never holds all of its weights at once.

A ViT block is the case of one window that holds every token. Letters: W windows, H heads, K tokens of a window,
d channels of a head. Where some tokens look and others are looked at, a window has Kq queries and K keys.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vitviz.models.layers import attention_scores
from vitviz.models.masked_attention import FORBIDDEN
from vitviz.tracing.arrays import wide
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.sequence_blocks import SequenceBlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace

CHUNK = 1 << 20  # weights that are alive at once: 8 MiB in float64, and as fast as any other size
SAMPLED = 1 << 22  # weights that the quantile of ``reach`` is taken of at most
REACHED = 0.995


@dataclass(frozen=True)
class AttentionRows:
    """What one pass over a block's weights leaves.

    ``lse`` (W, H, Kq) is the log-sum-exp of every row of scores, so that weight = exp(score - lse).

    ``entropy`` (H,) is the mean over the queries of the row's entropy divided by log(number of keys that the mask
    lets it see): 1 is an even row, 0 a single key. Padding of a Swin map is such a key, because the softmax counts it,
    but never a query. Rows with a single key are left out.

    ``distance`` (H,) is the mean attention distance in patches of the block's own map (ViT, arXiv 2010.11929, figure 7
    right; Raghu et al., arXiv 2108.08810): for each patch the distances to all patches, weighted with its attention to
    them, then the mean over patches. Prefix tokens and padding are neither queries nor keys here: a row's weights on
    patches are divided by their sum.

    ``reach`` is what 99.5 % of the weights on patches stay below, over all heads and queries, pairs that the mask keeps
    apart left out: the upper end of a colour scale. With more than 4 million weights it is taken of every n-th row.

    ``received`` (W, H, K) is the mean weight that every key gets from the queries of its window: a column of the
    weights divided by their number. Padding gets some and gives none.

    A figure that no row defines is NaN.
    """

    lse: Tensor
    entropy: Tensor
    distance: Tensor
    reach: float
    received: Tensor


class _Chunk(NamedTuple):
    """Some windows and some of their queries, as slices."""

    windows: slice
    queries: slice


@dataclass(frozen=True)
class Side:
    """The tokens at one side of the weights: the queries, or the keys.

    ``places`` (W, K, 2) is where each lies in the map, as row and column; NaN for what is no patch. ``real`` (W, K) is
    False for the padding of a Swin map.
    """

    places: Tensor
    real: Tensor

    @property
    def patch(self) -> Tensor:
        """Which of them are patches, (W, K)."""
        return ~self.places[..., 0].isnan()

    @property
    def spots(self) -> Tensor:
        """``places`` in float64, 0 for what is no patch."""
        return self.places.nan_to_num().double()


def attention_rows(
    q: Tensor,
    k: Tensor,
    places: Tensor,
    real: Tensor,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    looking: Side | None = None,
) -> AttentionRows:
    """Go through all rows of a block's attention once, in float64.

    Trained scores reach a hundred, where float32 has steps of 8e-6: torch's own weights are that far from the ones that
    q and k define. A log-sum-exp of rounded scores would put the browser, which knows q and k alone, thrice as far off.

    Args:
        q: queries (W, H, Kq, d).
        k: keys (W, H, K, d).
        places: of the keys, see ``Side``.
        real: of the keys, see ``Side``.
        bias: relative position bias (H, K, K).
        mask: (W, Kq, K), 0, or -100 or less where a pair is forbidden.
        looking: the queries, where they are other tokens than the keys.
    """
    keys = Side(places, real)
    looking = looking or keys
    patch, spots, real = keys.patch, keys.spots, looking.real  # (W, K), (W, K, 2), (W, Kq)
    patch_looking, spots_looking = looking.patch, looking.spots  # (W, Kq), (W, Kq, 2)
    lse = torch.empty(q.shape[:3], dtype=torch.float64)  # (W, H, Kq)
    entropy, distance = _Mean(q.shape[1]), _Mean(q.shape[1])
    received = torch.zeros(*k.shape[:3], dtype=torch.float64)  # (W, H, K)
    sampled: list[Tensor] = []
    step = max(1, math.ceil(q.shape[1] * int(real.sum()) * k.shape[2] / SAMPLED))
    q, k = wide(q), wide(k)  # (W, H, K, d)
    bias = None if bias is None else wide(bias)
    mask = None if mask is None else wide(mask)
    for windows, queries in _chunks(q.shape, k.shape[2]):
        part_bias = None if bias is None else bias[:, queries]  # (H, Kq, K)
        part_mask = None if mask is None else mask[windows, queries]  # (Wc, Kq, K)
        scores = attention_scores(q[windows, :, queries], k[windows], part_bias, part_mask)  # (Wc, H, Kq, K)
        top = scores.amax(dim=-1, keepdim=True)  # (Wc, H, Kq, 1)
        below = scores.sub_(top)  # (Wc, H, Kq, K)
        weights = below.exp()  # (Wc, H, Kq, K), each row times its total
        total = weights.sum(dim=-1)  # (Wc, H, Kq)
        lse[windows, :, queries] = top.squeeze(-1) + total.log()

        spread = total.log() - (below.mul_(weights)).sum(dim=-1) / total  # (Wc, H, Kq)
        legal = _legal(part_mask, total, k.shape[2])  # (Wc, Kq)
        several = real[windows, queries] & (legal > 1)  # (Wc, Kq)
        entropy.add(spread / legal.clamp(min=2).log().unsqueeze(1), several)

        exactly = "donot_use_mm_for_euclid_dist"  # a token is 0 from itself, not 1e-7
        apart = torch.cdist(
            spots_looking[windows, queries], spots[windows], compute_mode=exactly
        )  # (Wc, Kq, K)
        seen = patch[windows].double()  # (Wc, K)
        on_patches = torch.einsum("whqk,wk->whq", weights, seen)  # (Wc, H, Kq)
        moved = torch.einsum("whqk,wqk->whq", weights, apart * seen.unsqueeze(1))  # (Wc, H, Kq)
        # A row without any weight on patches divides nothing by nothing: it moves nowhere.
        distance.add(
            moved / on_patches.clamp(min=torch.finfo(torch.float64).tiny), patch_looking[windows, queries]
        )

        weights /= total.unsqueeze(-1)
        received[windows] += torch.einsum("whqk,wq->whk", weights, real[windows, queries].double())
        sampled.append(_sample(weights, windows, queries, real, patch, part_mask, step))
    looked = real.sum(dim=1).clamp(min=1)[:, None, None]  # (W, 1, 1)
    return AttentionRows(lse, entropy.value, distance.value, _quantile(sampled), received / looked)


def block_rows(block: BlockTrace) -> AttentionRows:
    """``attention_rows`` of a traced block.

    Raises:
        ValueError: if the run's intervention changed scores or pattern, which q and k do not tell, by anything but a
            ViT's pairs that are forbidden in all heads.
    """
    cut = forbidden_pairs(block)
    keys, looking = _side(block, block.key_tokens), _side(block, block.query_tokens)
    mask = None
    if isinstance(block, SwinBlockTrace):
        mask = block.mask  # (W, K, K)
    elif isinstance(block, SequenceBlockTrace):
        mask = block.mask.unsqueeze(0)  # (1, Kq, K)
    elif cut is not None:
        mask = torch.zeros(cut.shape).masked_fill(cut, FORBIDDEN).unsqueeze(0)  # (1, N, N)
    return attention_rows(block["q"], block["k"], keys.places, keys.real, block.bias, mask, looking)


def forbidden_pairs(block: BlockTrace) -> Tensor | None:
    """Which pairs an edit of the run forbade, (N, N), the same in all heads of a ViT; None where it changed no scores.

    Raises:
        ValueError: if it changed scores or pattern in any other way.
    """
    wants = block.trace.intervention.wants
    changed = wants(block.full_name("attn_scores"))
    if not changed and not wants(block.full_name("pattern")):
        return None
    scores = block["attn_scores"]  # (1, H, N, N)
    cut = scores == -torch.inf
    plain = type(block) is BlockTrace and changed
    if plain and not wants(block.full_name("pattern")) and bool((cut == cut[:, :1]).all()):
        own = attention_scores(block["q"], block["k"], block.bias)  # (1, H, N, N)
        if torch.equal(own.masked_fill(cut, 0), scores.masked_fill(cut, 0)):
            return cut[0, 0]  # (N, N)
    raise ValueError(f"the run itself changed the attention of {block.name}: q and k do not tell it")


def _side(block: BlockTrace, tokens: Tensor) -> Side:
    """The places of a block's tokens (W, K)."""
    prefix, columns = block.num_prefix, block.map_size[1]
    patch = (tokens - prefix).double()  # (W, K)
    places = torch.stack([(patch / columns).floor(), patch % columns], dim=-1)  # (W, K, 2)
    places[tokens < prefix] = torch.nan  # prefix tokens; and padding, whose number is -1
    return Side(places, tokens >= 0)


class _Mean:
    """The mean of a figure over the rows that count, for every head."""

    def __init__(self, heads: int) -> None:
        self.sum = torch.zeros(heads, dtype=torch.float64)
        self.count = 0

    def add(self, figures: Tensor, counts: Tensor) -> None:
        """``figures`` (W, H, K) of rows; those with ``counts`` (W, K) True are counted."""
        self.sum += torch.einsum("whk,wk->h", figures, counts.double())
        self.count += int(counts.sum())

    @property
    def value(self) -> Tensor:
        """(H,)."""
        return self.sum / self.count if self.count else torch.full_like(self.sum, torch.nan)


def _chunks(shape: torch.Size, keys: int) -> Iterator[_Chunk]:
    """Cut (W, H, Kq, d) into pieces of about ``CHUNK`` weights: whole windows where these are small, else rows."""
    windows, heads, tokens, _ = shape
    rows = min(tokens, max(1, CHUNK // (heads * keys)))
    at_once = max(1, CHUNK // (heads * keys * rows)) if rows == tokens else 1
    for window in range(0, windows, at_once):
        for row in range(0, tokens, rows):
            yield _Chunk(slice(window, window + at_once), slice(row, row + rows))


def _legal(mask: Tensor | None, like: Tensor, tokens: int) -> Tensor:
    """How many keys the mask lets each query of (W, H, Kq) see, (W, Kq)."""
    if mask is None:
        return torch.full((like.shape[0], like.shape[2]), float(tokens), dtype=torch.float64)
    return (mask == 0).sum(dim=-1).double()


def _sample(
    weights: Tensor,
    windows: slice,
    queries: slice,
    real: Tensor,
    patch: Tensor,
    mask: Tensor | None,
    step: int,
) -> Tensor:
    """The weights (Wc, H, Kq, K) on patches of every ``step``-th query, as one row of float32."""
    numbers = torch.arange(real.numel()).view_as(real)[windows, queries]  # (Wc, Kq)
    chosen = real[windows, queries] & (numbers % step == 0)  # (Wc, Kq)
    pairs = chosen.unsqueeze(-1) & patch[windows].unsqueeze(1)  # (Wc, Kq, K)
    if mask is not None:
        pairs &= mask == 0
    return weights.transpose(1, 2)[chosen].transpose(0, 1)[:, pairs[chosen]].flatten().float()


def _quantile(sampled: list[Tensor]) -> float:
    values = torch.cat(sampled).numpy()
    return float(np.quantile(values, REACHED)) if values.size else math.nan

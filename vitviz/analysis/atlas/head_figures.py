"""What a head's attention to a picture is known by: how far it looks, how evenly, and at which kind of token.

The mean attention distance is that of ViT (Dosovitskiy et al. 2021, arXiv 2010.11929, figures 7 right and 11; Raghu
et al. 2021, arXiv 2108.08810), in pixels of the picture, so that the stages of a Swin compare. Patterns are made a
piece at a time in the model's own float32; sums over queries are float64. Letters: B pictures, W windows, H heads,
K tokens of a window, d channels of a head.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from vitviz.analysis.atlas.places import Places, places_of
from vitviz.models.layers import attention_scores
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace

FIGURES = ("distance", "entropy", "entropy_share", "class_weight", "register_weight", "self_weight")
ROWS = (
    "distance",
    "entropy",
    "class_weight",
    "register_weight",
    "self_weight",
)  # what is measured of every row
CHUNK = 1 << 17  # weights that are alive at once: they stay in a core's own cache


class _Piece(NamedTuple):
    """Some pictures, windows and heads, as slices."""

    pictures: slice
    windows: slice
    heads: slice


def head_figures(
    q: Tensor, k: Tensor, places: Places, bias: Tensor | None = None, mask: Tensor | None = None
) -> Tensor:
    """The ``FIGURES`` of every picture and head, (B, H, 6) in float64; NaN where the model has no such thing.

    ``distance``: for each patch the distances to all patches in pixels, weighted with its attention to them (divided by
    what it gives to patches at all), then the mean over patches. ``entropy``: the mean over the queries (prefix tokens
    too) of the entropy of their row, in nats; ``entropy_share`` the same divided by the logarithm of how many keys
    the mask lets them see, rows with one key left out: 1 is an even row. ``class_weight``, ``register_weight`` and
    ``self_weight``: what a patch gives to the class (and distillation) token, to the registers, and to itself, mean
    over patches.

    Args:
        q: queries (B*W, H, K, d).
        k: keys, same shape.
        places: of the K tokens of W windows.
        bias: relative position bias (H, K, K).
        mask: (W, K, K), 0, or -100 or less where a pair is forbidden.
    """
    windows = len(places.tokens)
    q, k = (x.float().unflatten(0, (-1, windows)) for x in (q, k))  # (B, W, H, K, d)
    own = _Rows(places, masked=mask is not None)
    # Every piece has places of its own in it: what is summed, and in which order, no cut changes.
    rows = torch.empty(len(ROWS), *q.shape[:-1])  # (5, B, W, H, K)
    for part in _pieces(q.shape):
        scores = attention_scores(
            q[part.pictures, part.windows, part.heads].flatten(0, 1),
            k[part.pictures, part.windows, part.heads].flatten(0, 1),
            None if bias is None else bias[part.heads].float(),
            None if mask is None else mask[part.windows].float(),
        )  # (B*Wc, Hc, K, K)
        own.measure(scores, part, rows[:, part.pictures, part.windows, part.heads])
    return _means(rows, places, mask)


def _means(rows: Tensor, places: Places, mask: Tensor | None) -> Tensor:
    """The means of ``rows`` (5, B, W, H, K) over the queries that count, in float64: (B, H, 6)."""
    windows, keys = places.tokens.shape
    legal = torch.full((windows, keys), keys) if mask is None else (mask == 0).sum(dim=-1)  # (W, K)
    several = places.real & (legal > 1)  # (W, K)
    even = legal.clamp(min=2).log().double()  # (W, K)
    found = dict(zip(ROWS, rows.double(), strict=True))  # (B, W, H, K) each
    found["entropy_share"] = found["entropy"] / even.unsqueeze(1)
    counted = dict.fromkeys(FIGURES, places.patch) | {
        "entropy": places.real,
        "entropy_share": several,
    }  # (W, K)
    there = {"class_weight": places.class_tokens, "register_weight": places.registers}
    means = torch.full(
        (rows.shape[1], rows.shape[3], len(FIGURES)), torch.nan, dtype=torch.float64
    )  # (B, H, 6)
    for at, name in enumerate(FIGURES):
        if there.get(name, True):  # else the model has no such token
            counts = counted[name].unsqueeze(1)  # (W, 1, K)
            # What nothing counts for is 0 / 0.
            means[..., at] = (found[name] * counts).sum(dim=(1, 3)) / counts.sum()
    return means


class _Rows:
    """How the rows of one attention's pattern are measured, in pieces that are alive one at a time."""

    def __init__(self, places: Places, *, masked: bool) -> None:
        self.places = places
        self.masked = masked
        self.padded = not bool(places.real.all())

    def measure(self, scores: Tensor, part: _Piece, rows: Tensor) -> None:
        """Put ``ROWS`` of every query of a piece into ``rows`` (5, B, W, H, K); ``scores`` is (B*W, H, K, K)."""
        distance, entropy, of_class, of_registers, itself = rows
        places, prefix = self.places, self.places.num_prefix
        apart = places.apart[part.windows].unsqueeze(1)  # (W, 1, K, K)
        scores = scores.unflatten(0, (-1, apart.shape[0]))  # (B, W, H, K, K)
        logs = scores.log_softmax(dim=-1)  # (B, W, H, K, K), score - log-sum-exp
        weights = torch.exp(logs, out=scores)  # (B, W, H, K, K)
        itself.copy_(weights.diagonal(dim1=-2, dim2=-1))
        for kind, target in ((places.class_tokens, of_class), (places.registers, of_registers)):
            target.copy_(_at(weights, kind))
        if self.masked:  # a forbidden pair may be at minus infinity, and 0 times that is no number
            logs.clamp_(min=torch.finfo(logs.dtype).min)
        entropy.copy_(logs.mul_(weights).sum(dim=-1).neg_())
        moved = torch.mul(weights, apart, out=logs).sum(dim=-1)  # (B, W, H, K)
        tiny = torch.finfo(weights.dtype).tiny
        # A row without any weight on patches divides nothing by nothing: it moves nowhere.
        if self.padded:
            seen = places.patch[part.windows].to(weights.dtype)[:, None, :, None]  # (W, 1, K, 1)
            moved = moved / (weights @ seen).squeeze(-1).clamp(min=tiny)
        elif prefix:
            moved = moved / weights[..., prefix:].sum(dim=-1).clamp(min=tiny)
        distance.copy_(moved)


def _at(weights: Tensor, keys: tuple[int, ...]) -> Tensor:
    """What every row gives to some keys together: (..., K). Sliced one by one: a gather of a column costs far more."""
    if not keys:
        return weights.new_zeros(())
    return sum((weights[..., key] for key in keys[1:]), start=weights[..., keys[0]])


def _pieces(shape: torch.Size) -> Iterator[_Piece]:
    """Cut (B, W, H, K, d) into pieces of about ``CHUNK`` weights: pictures where these are small, windows, heads."""
    pictures, windows, heads, keys, _ = shape
    pairs = keys * keys
    of_heads = min(heads, max(1, CHUNK // pairs))
    of_windows = min(windows, max(1, CHUNK // (pairs * of_heads)))
    whole = of_windows == windows and of_heads == heads
    of_pictures = max(1, CHUNK // (pairs * of_heads * of_windows)) if whole else 1
    for picture in range(0, pictures, of_pictures):
        for window in range(0, windows, of_windows):
            for head in range(0, heads, of_heads):
                yield _Piece(
                    slice(picture, picture + of_pictures),
                    slice(window, window + of_windows),
                    slice(head, head + of_heads),
                )


def block_figures(block: BlockTrace) -> dict[str, Tensor]:
    """The ``FIGURES`` of every head of a traced block, (H,) each.

    Raises:
        ValueError: if the run's intervention changed scores or pattern, which q and k do not tell.
    """
    wants = block.trace.intervention.wants
    if wants(block.full_name("attn_scores")) or wants(block.full_name("pattern")):
        raise ValueError(f"the run itself changed the attention of {block.name}: q and k do not tell it")
    mask = block.mask if isinstance(block, SwinBlockTrace) else None
    with torch.no_grad():
        figures = head_figures(block["q"], block["k"], places_of(block), block.bias, mask)[0]  # (H, 6)
    return dict(zip(FIGURES, figures.unbind(dim=-1), strict=True))


def diagonal(height: int, width: int) -> float:
    """The diagonal of a picture in pixels: no two patches are further apart."""
    return math.hypot(height, width)

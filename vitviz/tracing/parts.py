"""Parts of a block that an edit can change: in which tensors they are, where in them, and what their mean is.

``which`` counts heads, tokens or hidden units from 0; whole sublayers have none. Letters: B pictures, W windows (1 a
picture in a ViT), H heads, N tokens (of a window, where ``z`` is meant), d channels of a head, D channels, F units.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["head", "tokens", "unit", "attention", "mlp", "block"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What a whole block adds to the stream are both sublayers' outputs: without them it passes its input on.
TENSORS: dict[Kind, tuple[str, ...]] = {
    "head": ("z",),
    "tokens": ("resid_pre",),
    "unit": ("mlp_post",),
    "attention": ("attn_out",),
    "mlp": ("mlp_out",),
    "block": ("attn_out", "mlp_out"),
}
NUMBERED: dict[Kind, str] = {"head": "head", "tokens": "token", "unit": "MLP unit"}
Index = tuple[slice | list[int] | EllipsisType, ...]


def rows_of(kind: Kind, x: Tensor) -> Tensor:
    """The tensor that the part is in, a map put in a row: (B*W, H, N, d) for a head, else (B, N, D or F)."""
    return x if kind == "head" else x.flatten(1, -2)  # (B, N, D)


def index_of(kind: Kind, rows: Tensor, which: Sequence[int], where: str) -> Index:
    """Where the part is in ``rows_of``.

    Raises:
        ValueError: if there is no head, token or unit of that number; ``where`` is what the block is called then.
    """
    if kind not in NUMBERED:
        return (...,)
    count = rows.shape[-1 if kind == "unit" else 1]
    for number in which:
        if not 0 <= number < count:
            noun = NUMBERED[kind]
            raise ValueError(f"block {where} has {count} {noun}s, there is no {noun} {number}")
    return (..., list(which)) if kind == "unit" else (slice(None), list(which))


def mean_over_tokens(kind: Kind, rows: Tensor, at: Index) -> Tensor:
    """The part's mean over the tokens of its own picture, to be put in for each of them.

    A head of a Swin: over the places of each window, which are the tokens that look at one another (padding is among
    them where a map is padded). Tokens: the mean of all tokens.

    Returns:
        (B*W, n, 1, d) for heads, (B, 1, D) for tokens and sublayers, (B, 1, n) for units.
    """
    if kind == "head":
        return rows[at].mean(dim=2, keepdim=True)  # (B*W, n, 1, d)
    if kind == "tokens":
        return rows.mean(dim=1, keepdim=True)  # (B, 1, D)
    return rows[at].mean(dim=1, keepdim=True)  # (B, 1, n or D)


def mean_over_pictures(kind: Kind, rows: Tensor, at: Index) -> Tensor:
    """The part's mean over several pictures: a constant. Over their tokens too, except of tokens: each has its own.

    Returns:
        (1, n, 1, d) for heads, (1, n, D) for tokens, (1, 1, n) for units, (1, 1, D) for sublayers.
    """
    if kind == "tokens":
        return rows[at].mean(dim=0, keepdim=True)  # (1, n, D)
    return rows[at].mean(dim=(0, 2) if kind == "head" else (0, 1), keepdim=True)

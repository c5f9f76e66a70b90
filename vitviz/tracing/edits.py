"""Ready-made edits of a run: silence a head, take tokens out, set a tensor, put in one of another run.

Each returns an ``Edit``, so they add with ``+``. ``block`` is a number, counted from 0 through all attention blocks as
in ``trace.blocks``, or a block's name (``layers.2.blocks.1``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vitviz.tracing.interventions import Edit, InBlock

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

# Tensors of a block with one row for every token: (1, N, D) in a ViT, (1, h, w, C) in a Swin.
TOKEN_ROWS = ("resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post")


def zero_head(block: int | str, head: int) -> Edit:
    """What a head says becomes 0 for every token: ``z[:, head]`` of the block, (1 or W, H, N, d).

    >>> import vitviz
    >>> vitviz.zero_head(3, 1) + vitviz.zero_head(5, 0)
    Edit(z of block 3, z of block 5)

    Raises:
        ValueError: while the model runs, if the block has no such head.
    """

    def change(z: Tensor) -> Tensor:
        if not 0 <= head < z.shape[1]:
            raise ValueError(f"block {block} has {z.shape[1]} heads, there is no head {head}")
        z = z.clone()  # (1 or W, H, N, d)
        z[:, head] = 0
        return z

    return Edit([(_place(block, "z"), change)])


def zero_tokens(tokens: Iterable[int], block: int | str = 0, name: str = "resid_pre") -> Edit:
    """The rows of some tokens become 0 in a tensor of a block that has one row for every token.

    Tokens are counted as in ``trace.blocks[block]``: in a ViT the prefix tokens come first, in a Swin they are raster
    indices into the block's map. A zeroed token is not gone: the layer norm makes its bias of it, and others still see
    that.

    >>> import vitviz
    >>> model = vitviz.load_model("vit-tiny")
    >>> vitviz.trace(model, "picture.jpg", vitviz.zero_tokens(range(1, 15)))["blocks.0.resid_pre"][0, :16].any(dim=1)
    tensor([ True, False, False, False, False, False, False, False, False, False,
            False, False, False, False, False,  True])

    Args:
        tokens: which ones, from 0.
        block: a number or a name.
        name: one of ``resid_pre`` (what the block starts from), ``attn_out``, ``resid_mid``, ``mlp_out`` and
            ``resid_post``.

    Raises:
        ValueError: if ``name`` is none of these; while the model runs, if there is no such token.
    """
    chosen = tuple(tokens)
    if name not in TOKEN_ROWS:
        raise ValueError(f"tokens can be zeroed in {', '.join(TOKEN_ROWS)}, not in {name!r}")

    def change(x: Tensor) -> Tensor:
        rows = x.flatten(1, -2).clone()  # (1, N, D)
        for token in chosen:
            if not 0 <= token < rows.shape[1]:
                raise ValueError(f"block {block} has {rows.shape[1]} tokens, there is no token {token}")
            rows[:, token] = 0
        return rows.view_as(x)

    return Edit([(_place(block, name), change)])


def set_tensor(name: str, value: Tensor | float) -> Edit:
    """The tensor called ``name`` (a full name as in ``trace.names()``) is ``value``; a number fills all of it.

    >>> import vitviz
    >>> model = vitviz.load_model("vit-tiny")
    >>> vitviz.trace(model, "picture.jpg", vitviz.set_tensor("pos_embed", 0.0))["pos_embed"].any()
    tensor(False)

    Raises:
        ValueError: while the model runs, if a tensor ``value`` has another shape.
    """

    def change(x: Tensor) -> Tensor:
        return value.to(x) if isinstance(value, Tensor) else torch.full_like(x, value)

    return Edit({name: change})


def patch_from(other: Trace, name: str) -> Edit:
    """Activation patching: the tensor called ``name`` is the one that another run of the model made.

    >>> import vitviz
    >>> model = vitviz.load_model("swin-mini")
    >>> plain = vitviz.trace(model, "picture.jpg")
    >>> silenced = vitviz.trace(model, "picture.jpg", vitviz.zero_head(2, 0))
    >>> edit = vitviz.zero_head(2, 0) + vitviz.patch_from(plain, "layers.1.blocks.0.resid_post")
    >>> repaired = vitviz.trace(model, "picture.jpg", edit)
    >>> [bool((run.logits - plain.logits).abs().max() < 1e-5) for run in (silenced, repaired)]
    [False, True]

    Raises:
        KeyError: if that run has no tensor of that name.
        ValueError: while the model runs, if the tensor has another shape there.
    """
    return set_tensor(name, other[name])


def _place(block: int | str, name: str) -> str | InBlock:
    return f"{block}.{name}" if isinstance(block, str) else InBlock(int(block), name)

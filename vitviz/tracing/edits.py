"""Ready-made edits of a run: switch a part off, scale it, take it from another run; forbid attention; set a tensor.

Each returns an ``Edit``, so they add with ``+``. ``block`` is a number, counted from 0 through all attention blocks as
in ``trace.blocks``, or a block's name (``layers.2.blocks.1``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import torch
from torch import Tensor

from vitviz.tracing.interventions import Change, Edit, InBlock, OfTokens
from vitviz.tracing.parts import (
    KINDS,
    NUMBERED,
    TENSORS,
    Index,
    Kind,
    index_of,
    mean_over_pictures,
    mean_over_tokens,
    rows_of,
)

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace


class Made(Protocol):
    """A run, as far as a part is taken from it: tensors by full name, and what its blocks are called in order."""

    def attention_steps(self) -> list[str]:
        """See ``Run.attention_steps``."""
        ...

    def __getitem__(self, name: str, /) -> Tensor:
        """The tensor of that name."""
        ...


How = Literal["zero", "mean", "scale", "take", "set"]
HOWS: tuple[How, ...] = get_args(How)
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

    return edit_part("head", block, head)


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


def edit_part(
    kind: Kind,
    block: int | str,
    which: int | Iterable[int] = (),
    how: How = "zero",
    *,
    factor: float | None = None,
    over: Made | None = None,
    other: Made | None = None,
    value: Tensor | None = None,
) -> Edit:
    """Change a part of a block: heads, tokens, hidden units, its attention, its MLP, or all that it adds.

    >>> import vitviz
    >>> model = vitviz.load_model("vit-tiny")
    >>> edit = vitviz.edit_part("unit", 3, 70, how="scale", factor=0.5)
    >>> plain, edited = vitviz.trace(model, "picture.jpg"), vitviz.trace(model, "picture.jpg", edit)
    >>> bool((edited["blocks.3.mlp_post"][..., 70] * 2 == plain["blocks.3.mlp_post"][..., 70]).all())
    True

    Args:
        kind: ``head`` (``z[:, head]``), ``tokens`` (rows of ``resid_pre``), ``unit`` (a channel of ``mlp_post``),
            ``attention`` (``attn_out``), ``mlp`` (``mlp_out``) or ``block`` (both of them: where they are 0 the block
            passes its input on).
        block: a number or a name.
        which: numbers of heads, tokens or units, from 0; tokens as in ``trace.blocks[block]``.
        how: ``zero``; ``mean`` (over the tokens of the picture, of a Swin's head over those of each window; or see
            ``over``); ``scale`` (times ``factor``); ``take`` (what ``other`` made there); ``set`` (``value``).
        factor: of ``scale``.
        over: with ``mean`` a run of several pictures, whose mean is put in as a constant: over their tokens too, except
            of tokens, where each place has its own.
        other: of ``take`` a run of the same model on another picture of the same size.
        value: of ``set`` what is put in: (n, N, d) for heads, (n, D) for tokens, (N, n) for units, (N, D) for wholes,
            or what can be broadcast to that.

    Raises:
        ValueError: for another kind or way, a part without its numbers, a whole with some, or a way without what it
            needs; while the model runs, if the block has no such part or what is put in has another shape.
    """
    chosen = (which,) if isinstance(which, int) else tuple(which)
    if kind not in KINDS or how not in HOWS:
        raise ValueError(f"{kind!r}, {how!r}: an edit is of {', '.join(KINDS)}, by {', '.join(HOWS)}")
    if kind in NUMBERED and not chosen:
        raise ValueError(f"say which {NUMBERED[kind]}s, from 0")
    if kind not in NUMBERED and chosen:
        raise ValueError(f"{kind!r} is a whole: it has no numbers")
    needed = {"scale": ("factor", factor), "take": ("other", other), "set": ("value", value)}.get(how)
    if needed is not None and needed[1] is None:
        raise ValueError(f"{how!r} needs {needed[0]}=...")

    def changed(name: str) -> Change:
        given = value
        if how in ("take", "mean") and (run := other if how == "take" else over) is not None:
            given = part_of_run(run, kind, block, chosen, name, mean=how == "mean")
        return _PartChanged(kind, chosen, str(block), how, 1.0 if factor is None else factor, given)

    return Edit([(_place(block, name), changed(name)) for name in TENSORS[kind]])


def part_of_run(
    run: Made, kind: Kind, block: int | str, which: Sequence[int], name: str, *, mean: bool
) -> Tensor:
    """What a run made of a part in the block's tensor called ``name``, or the mean of it over the run's pictures.

    Raises:
        ValueError: if the run's model has no such block or part.
    """
    steps = run.attention_steps()
    if not isinstance(block, str) and not 0 <= block < len(steps):
        raise ValueError(f"that run has {len(steps)} attention blocks, there is no block {block}")
    rows = rows_of(kind, run[f"{block if isinstance(block, str) else steps[block]}.{name}"])
    at = index_of(kind, rows, which, str(block))
    return mean_over_pictures(kind, rows, at) if mean else rows[at]


@dataclass(frozen=True)
class _PartChanged:
    """A tensor with a part of it changed; ``given`` is what another run or the caller puts in."""

    kind: Kind
    which: tuple[int, ...]
    block: str
    how: How
    factor: float
    given: Tensor | None

    def __call__(self, x: Tensor) -> Tensor:
        rows = rows_of(self.kind, x)  # (B*W, H, N, d) of heads, else (B, N, D)
        at = index_of(self.kind, rows, self.which, self.block)
        changed = rows.clone()
        changed[at] = self._new(rows, at)
        return changed.view_as(x)

    def _new(self, rows: Tensor, at: Index) -> Tensor:
        part = rows[at]
        if self.how == "zero":
            return torch.zeros_like(part)
        if self.how == "scale":
            return part * self.factor
        if self.given is None:
            return mean_over_tokens(self.kind, rows, at)
        if self.how == "take" and self.given.shape != part.shape:
            raise ValueError(
                f"the other run's {self.kind} of block {self.block} is {tuple(self.given.shape)}, this one's"
                f" {tuple(part.shape)}: take from a picture of the same size"
            )
        try:
            return self.given.to(part).expand_as(part)
        except RuntimeError as error:
            raise ValueError(f"{tuple(self.given.shape)} does not fit {tuple(part.shape)}") from error


def forbid_attention(
    block: int | str, keys: Iterable[int], queries: Iterable[int] | None = None, head: int | None = None
) -> Edit:
    """Nobody among ``queries`` (all tokens without them) may look at ``keys``: their scores become minus infinity.

    The weights of what is left are those of a softmax over the other keys. Tokens are counted as in
    ``trace.blocks[block]``; in a Swin a query and a key that share no window are forbidden already.

    >>> import vitviz
    >>> edit = vitviz.forbid_attention(3, keys=[0], head=1)
    >>> edited = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg", edit)
    >>> edited.blocks[3].pattern(head=1)[:, 0].any()
    tensor(False)

    Args:
        block: a number or a name.
        keys: which tokens are not looked at.
        queries: by whom; by nobody without it.
        head: in which head; in all of them without it.

    Raises:
        ValueError: if there are no keys; while the model runs, if the block has no such token or head, if a query has
            no key left, or if it is a model of words, or one whose attention goes from one row of tokens to another.
    """
    forbidden, looking = tuple(keys), None if queries is None else tuple(queries)
    if not forbidden or looking == ():
        raise ValueError("say which keys, and by which queries, from 0")
    made = OfTokens(lambda tokens: partial(_forbidden, str(block), tokens, forbidden, looking, head))
    return Edit([(_place(block, "attn_scores"), made)])


def _forbidden(
    block: str,
    tokens: Tensor,
    keys: tuple[int, ...],
    queries: tuple[int, ...] | None,
    head: int | None,
    scores: Tensor,
) -> Tensor:
    """Scores (B*W, H, K, K) with those of the chosen pairs at minus infinity; ``tokens`` (W, K) are at these places."""
    count = int(tokens.max()) + 1
    for token in (*keys, *(queries or ())):
        if not 0 <= token < count:
            raise ValueError(f"block {block} has {count} tokens, there is no token {token}")
    if head is not None and not 0 <= head < scores.shape[1]:
        raise ValueError(f"block {block} has {scores.shape[1]} heads, there is no head {head}")
    key = torch.isin(tokens, torch.tensor(keys))  # (W, K)
    query = tokens >= 0 if queries is None else torch.isin(tokens, torch.tensor(queries))  # (W, K)
    pairs = query.unsqueeze(-1) & key.unsqueeze(-2)  # (W, K, K)
    pairs = (
        pairs.repeat(scores.shape[0] // len(tokens), 1, 1).unsqueeze(1).to(scores.device)
    )  # (B*W, 1, K, K)
    heads = torch.arange(scores.shape[1], device=scores.device).view(1, -1, 1, 1)
    pairs = pairs if head is None else pairs & (heads == head)  # (B*W, 1 or H, K, K)
    changed = scores.masked_fill(pairs, -torch.inf)
    if bool(torch.isneginf(changed).all(dim=-1).any()):
        raise ValueError(f"in block {block} a token would have nothing left to look at: leave it a key")
    return changed


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

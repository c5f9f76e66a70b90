"""The vector that every token has in a block: in the stream behind it, or as key, query or value of its attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from vitviz.probe import no_probe

if TYPE_CHECKING:
    from vitviz.tracing.blocks import BlockTrace

Kind = Literal["stream", "keys", "queries", "values"]
KINDS: tuple[Kind, ...] = ("stream", "keys", "queries", "values")
TENSORS = {"keys": "k", "queries": "q", "values": "v"}


def token_vectors(block: BlockTrace, kind: Kind = "stream", head: int | None = None) -> Tensor:
    """Every token's vector, prefix tokens first and then the patches row by row: (N, D), or of one head (N, d).

    The stream is ``resid_post``. Keys, queries and values are what enters scores and sums: behind the layer norms and
    turns that some models give them. Without a ``head`` those of all heads stand one behind another, (N, H*d). A Swin's
    windows are put back into the map, and the padding of a map is left out.

    Raises:
        ValueError: if a head is asked of the stream, which has none, or the block has no such head.
    """
    if kind == "stream":
        if head is not None:
            raise ValueError("the stream has no heads: ask for keys, queries or values")
        return _after(block).flatten(1, -2)[0]  # (N, D)
    if head is not None and not 0 <= head < block.num_heads:
        raise ValueError(f"{block.name} has heads 0 to {block.num_heads - 1}, there is no head {head}")
    x = block[TENSORS[kind]]  # (W, H, K, d)
    x = x if head is None else x[:, head : head + 1]  # (W, 1, K, d)
    places = x.transpose(1, 2).flatten(2).flatten(0, 1)  # (W*K, H*d)
    tokens = block.tokens.flatten().to(places.device)  # (W*K,), -1 for padding
    inside = tokens >= 0
    vectors = torch.empty(block.num_tokens, places.shape[1], dtype=places.dtype, device=places.device)
    vectors[tokens[inside]] = places[inside]
    return vectors  # (N, H*d)


def _after(block: BlockTrace) -> Tensor:
    """The stream behind a block, (1, N, D) or (1, h, w, D): where nothing was edited, the next step's kept input."""
    trace = block.trace
    steps = [name for name, _ in trace.structure.steps()]
    following = steps[steps.index(block.name) + 1 :]
    if following and trace.intervention is no_probe:
        return trace.kept[f"{following[0]}.resid_pre"]
    return block["resid_post"]

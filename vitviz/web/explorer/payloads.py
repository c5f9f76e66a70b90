"""Payloads of the attention explorer: what every weight of a block follows from, with every bit that torch made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.attention.rollout import trace_rollout
from vitviz.analysis.attention.rows import AttentionRows, block_rows, forbidden_pairs
from vitviz.analysis.attention.sinks import TIMES_EVEN, sinks
from vitviz.analysis.likeness.vectors import Kind, token_vectors
from vitviz.models import windows
from vitviz.models.masked_attention import FORBIDDEN
from vitviz.payload import pack
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.sequence_blocks import SequenceBlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace

NAMED_SINKS = 3


def layer_payload(block: BlockTrace, rows: AttentionRows | None = None) -> bytes:
    """``layer_data`` as bytes."""
    return pack(*layer_data(block, rows))


def layer_data(
    block: BlockTrace, rows: AttentionRows | None = None
) -> tuple[dict[str, object], dict[str, NDArray[Any]]]:
    """Everything that the weights of a block follow from, and its heads' figures (``AttentionRows``).

    Arrays: ``q``, ``k`` (W, H, K, d), ``lse`` (W, H, K) in float64, ``tokens`` (W, K): the token of the picture at
    every place, -1 for padding. A ViT is one window, W = 1 and K = N. Where other tokens look than are looked at,
    ``q`` and ``lse`` have Kq queries, ``tokens`` are those of the keys and ``query_tokens`` (W, Kq) those of the
    queries; a token that is in neither has no weights here. A block with relative position bias also has
    ``bias`` (H, K, K), a Swin block ``regions`` (W, K): two places of a window see one another if their regions are
    equal, else the header's ``masked`` (-100) is added to their score. A row of tokens, and a ViT's block in which
    an edit forbade pairs, has ``forbidden`` (Kq, K) instead, 1 where the mask adds ``masked``, the lowest number there
    is. Weight = exp(q k^T / sqrt(d) + bias + mask -
    lse). A figure that no row defines is null. ``sinks`` lists for every head of a ViT the tokens, with their
    shares, that get more than ``sink_times`` an even share of all weights; it is null for a Swin, whose queries see few
    keys.
    """
    rows = rows or block_rows(block)
    q, k = block["q"], block["k"]  # (W, H, K, d)
    arrays = {
        "q": _array(q),
        "k": _array(k),
        "lse": _array(rows.lse),
        "tokens": _array(block.key_tokens).astype("<i4"),
    }
    if not torch.equal(block.query_tokens, block.key_tokens):
        arrays["query_tokens"] = _array(block.query_tokens).astype("<i4")
    bias, about = block.bias, _about(block)
    if bias is not None:
        arrays["bias"] = _array(bias)
    if isinstance(block, SwinBlockTrace):
        arrays["regions"] = _regions(block).astype(np.uint8)
        about["masked"] = block.module.config.masked_score
    if isinstance(block, SequenceBlockTrace):
        arrays["forbidden"] = _array(block.mask != 0).astype(np.uint8)
        about["masked"] = FORBIDDEN
    elif (cut := forbidden_pairs(block)) is not None:
        arrays["forbidden"] = _array(cut).astype(np.uint8)
        about["masked"] = FORBIDDEN
    header = about | {
        "sinks": None if isinstance(block, SwinBlockTrace) else _sinks(block, rows),
        "sink_times": TIMES_EVEN,
        "entropy": _figures(rows.entropy),
        "distance": _figures(rows.distance),
        "reach": _figures(torch.tensor([rows.reach], dtype=torch.float64))[0],
    }
    return header, arrays


def value_payload(block: BlockTrace, head: int) -> bytes:
    """What a weight of one head is multiplied with: ``v`` (W, K, d) and ``proj`` (D, d).

    (weight * v_j) @ proj.T is what key j adds to the block's attn_out through this head; where a block has LayerScale,
    its factors are part of ``proj``. The projection's bias belongs to no head. In a Swin v2 the sum is what the layer
    norm behind the attention starts from.
    """
    dim = block["v"].shape[-1]
    parameters = dict(block.module.named_parameters())
    proj = parameters[f"{block.attention or 'attn.'}proj.weight"][:, head * dim : (head + 1) * dim]  # (D, d)
    gamma = parameters.get("ls1.gamma")  # (D,)
    if gamma is not None:
        proj = proj * gamma.unsqueeze(1)  # (D, d)
    header = _about(block) | {"head": head, "layer_scale": gamma is not None}
    return pack(header, {"v": _array(block["v"][:, head]), "proj": _array(proj)})


def vectors_payload(block: BlockTrace, kind: Kind) -> bytes:
    """Every token's vector: ``vectors`` (N, D), or the heads' one behind another, (N, H*d); prefix tokens first."""
    vectors = token_vectors(block, kind).float()  # (N, D)
    return pack(_about(block) | {"kind": kind}, {"vectors": _array(vectors)})


def rollout_payload(trace: Trace, start: int) -> bytes:
    """Attention rollout from layer ``start`` to the last: ``matrix`` (N, N), [output token, input token]."""
    header = _about(trace.blocks[start]) | {"start": start, "layers": len(trace.blocks)}
    return pack(header, {"matrix": _array(trace_rollout(trace, start))})


def _about(block: BlockTrace) -> dict[str, object]:
    q = block["q"]  # (W, H, K, d)
    rows, columns = block.map_size
    grid = block.grid if isinstance(block, SwinBlockTrace) else None
    return {
        "name": block.title,
        "heads": q.shape[1],
        "head_dim": q.shape[3],
        "rows": rows,
        "columns": columns,
        "prefix": list(block.prefix_names),
        "windows": q.shape[0],
        "window": grid.window if grid else None,
        "shift": grid.shift if grid else 0,
    }


def _sinks(block: BlockTrace, rows: AttentionRows) -> list[list[list[float]]]:
    """The strongest sinks of every head of a ViT, each a token and its share of all weights of the head."""
    tokens = block.key_tokens[0].tolist()
    return [[[tokens[one.key], one.share] for one in sinks(head)[:NAMED_SINKS]] for head in rows.received[0]]


def _regions(block: SwinBlockTrace) -> NDArray[np.int64]:
    """(W, M*M): all 0 in a block that does not shift."""
    grid = block.grid
    regions = windows.region_map(grid)[None, :, :, None]  # (1, rows*M, columns*M, 1)
    return _array(windows.partition(regions, grid).squeeze(-1) * (grid.shift > 0))  # (W, M*M)


def _figures(values: Tensor) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _array(tensor: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array

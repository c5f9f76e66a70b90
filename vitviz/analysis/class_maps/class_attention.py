"""What the token that the head reads looks at in the last block (Caron et al. 2021, arXiv 2104.14294, figure 1).

The last block's pattern in the row of the class token, the mean over the heads or one head: no value, no class, no
layer before. With a distillation token that has a head of its own, the mean of the two rows; with a pooling query
(SigLIP) that query's row, which is of the tokens that the head really reads.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.composition import POOL_PATTERN, on_patches, pools_by_attention
from vitviz.analysis.class_maps.leaving_out import Kind, left_out
from vitviz.analysis.class_maps.reasons import check
from vitviz.models.config import ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.arrays import wide
from vitviz.tracing.trace import Trace


def why_not(trace: Trace) -> str:
    """A class token that the head reads, or a pooling query, has to be there."""
    if not isinstance(trace.structure, VisionTransformer | SwinTransformer):
        return "not_vit"
    config = trace.config
    reads_one = isinstance(config, ViTConfig) and config.pool in ("token", "token_avg", "map")
    return "" if reads_one else "no_class_token"


def attribute(
    trace: Trace,
    target: int,
    against: int | None = None,
    *,
    head: int | None = None,
    without: Collection[Kind] = (),
) -> ClassMap:
    """The weights of the last block's class token on the patches, of one ``head`` or the mean of all.

    Where ``without`` names tokens ("prefix", "high_norm", see ``leaving_out``), the weights of those that stay are
    divided by their sum.

    Raises:
        ValueError: if the model has no such token.
        IndexError: if the block has no such head.
    """
    check(trace, why_not)
    weights = (
        wide(trace[POOL_PATTERN])[0, :, 0] if pools_by_attention(trace) else _class_rows(trace)
    )  # (H, K)
    if head is not None and not 0 <= head < len(weights):
        raise IndexError(f"there are {len(weights)} heads, there is no head {head}")
    row = torch.zeros(trace.blocks[-1].num_tokens, dtype=torch.float64)  # (N,)
    row[-weights.shape[1] :] = weights.mean(dim=0) if head is None else weights[head]
    if without:
        row[list(left_out(trace, without))] = 0
        row = row / row.sum()
    return ClassMap("class_attention", on_patches(trace, row), False, "nothing", target)


def _class_rows(trace: Trace) -> Tensor:
    """What the tokens that are read look at in the last block, every head on its own: (H, N)."""
    config = trace.config
    two = isinstance(config, ViTConfig) and config.distillation_token and config.distillation_head
    readers = torch.tensor([0, 1] if two else [0])
    return wide(trace.blocks[-1].patterns(readers)).mean(dim=1)  # (H, N)


METHOD = Method("class_attention", attribute, why_not, classless=True)

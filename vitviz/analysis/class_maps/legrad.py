"""LeGrad (Bousselham et al. 2024, arXiv 2404.03214, section 3.2): how every layer's attention would raise the score.

After each block l the head is asked for its score s^l as if that block were the last; the map of the layer is the mean
over heads and queries of (d s^l / d A^l)^+ for every key, and the map is the mean of the layers. The weights of the
attention themselves are not in it. With a pooling query (SigLIP) A^l is that query's attention over the tokens of
block l, as in the paper. The authors' code divides by the largest value in the end and may take the last layers only;
here nothing is rescaled, and all blocks count unless ``start`` says where they begin.

In a Swin only the last stage has the width that the head reads, so the layers are those of the last stage and the grid
is its map; the sum over queries is inside each key's window. The paper is about ViTs.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.composition import POOL_PATTERN, pools_by_attention
from vitviz.analysis.class_maps.leaving_out import Kind, left_out
from vitviz.analysis.class_maps.reasons import check, no_classifier
from vitviz.analysis.class_maps.sensitivity import score_direction
from vitviz.probe import Chain
from vitviz.tracing.arrays import wide
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.interventions import Except, Gradients
from vitviz.tracing.segments import CLASSIFY
from vitviz.tracing.trace import Trace


def why_not(trace: Trace) -> str:
    """Any model with classes."""
    return no_classifier(trace)


def attribute(
    trace: Trace,
    target: int,
    against: int | None = None,
    *,
    start: int = 0,
    without: Collection[Kind] = (),
) -> ClassMap:
    """The mean of the maps of all blocks from number ``start`` on, for logit[target] (- logit[against]).

    ``start`` counts the blocks that have a map: all of a ViT's, those of a Swin's last stage. Patches that are left
    out (``without``: "high_norm", see ``leaving_out``) are 0.

    Raises:
        ValueError: if the model has no such class.
        IndexError: if there is no such block.
    """
    check(trace, why_not)
    direction = score_direction(trace, target, against)
    swin = trace.swin_blocks
    blocks = [block for block in swin if block.stage == swin[-1].stage] if swin else list(trace.blocks)
    if not 0 <= start < len(blocks):
        raise IndexError(f"{len(blocks)} blocks have a map, there is no block {start} among them")
    layers = [_layer(trace, block, direction) for block in blocks[start:]]  # (N,) each
    row = torch.stack(layers).mean(dim=0)  # (N,)
    row[list(left_out(trace, without))] = 0
    last = blocks[-1]
    values = row[last.num_prefix :].reshape(last.map_size).numpy()
    passes = 3 * len(layers) / len(trace.blocks)
    return ClassMap("legrad", values, False, "logit", target, against, passes)


def _layer(trace: Trace, block: BlockTrace, direction: Tensor) -> Tensor:
    """The mean over heads and queries of what is positive in d s^l / d A^l, by key: (N,), float64."""
    pooling = pools_by_attention(trace)
    name = POOL_PATTERN if pooling else f"{block.name}.pattern"
    segment = trace.segment(block.name)
    kept = Gradients(frozenset({name}))
    again = trace.repeatable_intervention()
    probe = Chain((Except(again, (segment.input_name,)), kept))
    with torch.enable_grad():
        x = segment.run(trace.network, trace.kept, probe, trace.kept[segment.input_name].detach())
        scores = trace.segment(CLASSIFY).run(trace.network, trace.kept, Chain((again, kept)), x)  # (1, K)
        gradient = wide(kept.of((scores * direction).sum())[name].clamp(min=0))  # (W, H, Q, K)
    by_key = gradient.mean(dim=1).sum(dim=1)  # (W, K)
    row = torch.zeros(block.num_tokens, dtype=torch.float64)
    if pooling:
        row[-by_key.shape[1] :] = by_key[0]
        return row
    real = block.tokens >= 0
    return row.index_add_(0, block.tokens[real], by_key[real]) / block.num_tokens


METHOD = Method("legrad", attribute, why_not)

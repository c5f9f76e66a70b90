"""Direct logit attribution by patch: which patches' values were added to the score, by no way around.

The score is a sum of what every part added to the stream (``analysis/attribution``). Of it belongs to a patch:

- what the heads of every block took from it for the tokens that the head reads, A[t, j] (v_j W_O . direction);
- where the head reads the patch itself (a mean of patches, a Swin), its share of what it began with and of what MLPs
  added at it.

The rest is of no patch: prefix tokens, biases, MLPs at the class token. It is told as ``rest``, so that map and rest
sum to the score exactly. In a class-token model the MLPs and early blocks work on patches by way of other tokens; a
direct attribution leaves that out. In a Swin only the last stage reaches the head by additions alone, so the grid is
its map, and all stages before are what each place begins with.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vitviz.analysis.attribution import no_attribution
from vitviz.analysis.attribution.logit_attribution import Reader, first_block, head_sources, readers
from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.reasons import check, no_classifier
from vitviz.analysis.class_maps.sensitivity import score, score_direction
from vitviz.tracing.arrays import wide
from vitviz.tracing.trace import Trace


def why_not(trace: Trace) -> str:
    """The score has to be a sum of what the parts added."""
    return no_classifier(trace) or no_attribution.why_not(trace) or ""


def attribute(trace: Trace, target: int, against: int | None = None) -> ClassMap:
    """What every patch gave directly to logit[target], or to logit[target] - logit[against].

    ``figures``: ``prefix`` is what the heads took from prefix tokens, ``rest`` all that no token gave.

    Raises:
        ValueError: if the model has no such class, or its score is no sum of parts.
    """
    check(trace, why_not)
    direction = wide(score_direction(trace, target, against))[0]  # (K,)
    by = tuple(_of_one_score(reader, direction) for reader in readers(trace))
    blocks = trace.blocks[first_block(trace) :]
    given = _at_own_place(by, trace[f"{blocks[0].name}.resid_pre"])  # (N,)
    for block in blocks:
        given += _at_own_place(by, block["mlp_out"])
        for head in range(block.num_heads):
            given += torch.from_numpy(head_sources(block, head, by, 0))
    first, whole = blocks[-1].num_prefix, score(trace, target, against)
    prefix, patches = given[:first], given[first:]
    figures = {
        "score": whole,
        "prefix": float(prefix.sum()),
        "rest": whole - float(given.sum()),
    }
    values = patches.reshape(blocks[-1].map_size).numpy()
    return ClassMap("direct_logit", values, True, "logit", target, against, 1.0, figures)


def _of_one_score(reader: Reader, direction: Tensor) -> Reader:
    """The reader of one score only, which is a sum of the classes' with the weights ``direction`` (K,)."""
    return Reader(reader.weights, (direction @ reader.directions).unsqueeze(0), direction @ reader.constant)


def _at_own_place(by: tuple[Reader, ...], x: Tensor) -> Tensor:
    """What rows of the stream (1, ..., D) give to the score at the tokens that the head reads: (N,)."""
    tokens = wide(x.flatten(0, -2))  # (N, D)
    return sum(
        (reader.weights * (tokens @ reader.directions[0]) for reader in by), tokens.new_zeros(len(tokens))
    )


METHOD = Method("direct_logit", attribute, why_not)
